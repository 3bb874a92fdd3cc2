import { z } from 'zod';

import { setting } from './facts.js';
import type { SettingType, Told } from './facts.js';

const sameText = (text: string): unknown => text;
const words = new Map<string, boolean>([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

/** A text that may be left out; an empty one is none. */
export function optionalText(told: Told & { taken?: string; minLength?: number }): SettingType<string | null> {
  const { minLength = 0, ...rest } = told;
  const type = z
    .string()
    .nullable()
    .default(null)
    .transform((text) => (text === '' ? null : text))
    .pipe(z.string().min(minLength).nullable());
  return setting(type, { kind: 'value', taken: 'a text', fallback: 'none', fromText: sameText, ...rest });
}

/** A text with a default. */
export function text(told: Told & { default: string; taken?: string; pattern?: RegExp }): SettingType<string> {
  const { default: fallback, pattern, ...rest } = told;
  const type = (pattern === undefined ? z.string() : z.string().regex(pattern)).default(fallback);
  return setting(type, {
    kind: 'value',
    taken: 'a text',
    fallback: fallback === '' ? '"" (empty)' : fallback,
    fromText: sameText,
    ...rest,
  });
}

/** The discriminator of a list's variants. */
export function variantName<const T extends string>(
  name: T,
  told: Told & { choices: readonly string[] },
): z.ZodLiteral<T> {
  const { choices, ...rest } = told;
  const type = z.literal(name);
  setting(type, {
    kind: 'value',
    variant: name,
    taken: oneOf(choices),
    fallback: 'required',
    fromText: (written) => written.trim().toLowerCase(),
    ...rest,
  });
  return type;
}

/** A text that must be given. */
export function requiredText(told: Told & { taken: string; pattern?: RegExp }): SettingType<string> {
  const { pattern = /./s, ...rest } = told;
  return setting(z.string().regex(pattern), { kind: 'value', fallback: 'required', fromText: sameText, ...rest });
}

export function flag(told: Told & { default: boolean }): SettingType<boolean> {
  const { default: fallback, ...rest } = told;
  return setting(z.boolean().default(fallback), {
    kind: 'value',
    taken: 'true or false',
    fallback: String(fallback),
    fromText: (written) => words.get(written.trim().toLowerCase()),
    ...rest,
  });
}

/** True, false, or left to another setting. */
export function optionalFlag(told: Told & { fallback: string }): SettingType<boolean | null> {
  return setting(z.boolean().nullable().default(null), {
    kind: 'value',
    taken: 'true or false',
    fromText: (written) => (written === '' ? null : words.get(written.trim().toLowerCase())),
    ...told,
  });
}

export function choice<const T extends string>(
  told: Told & { default: NoInfer<T>; choices: readonly [T, ...T[]] },
): SettingType<T> {
  const { default: fallback, choices, ...rest } = told;
  const type: z.ZodType<T> = z
    .enum(choices)
    .optional()
    .transform((chosen) => chosen ?? fallback);
  return setting(type, {
    kind: 'value',
    taken: oneOf(choices),
    fallback,
    fromText: (written) => written.trim().toLowerCase(),
    ...rest,
  });
}

export function optionalChoice<const T extends string>(
  told: Told & { choices: readonly [T, ...T[]] },
): SettingType<T | null> {
  const { choices, ...rest } = told;
  const type: z.ZodType<T | null> = z.enum(choices).nullable().default(null);
  return setting(type, {
    kind: 'value',
    taken: oneOf(choices),
    fallback: 'none',
    fromText: (written) => (written === '' ? null : written.trim().toLowerCase()),
    ...rest,
  });
}

function oneOf(choices: readonly string[]): string {
  return choices.length === 1 ? `only \`${choices.join('')}\`` : `one of ${choices.join(', ')}`;
}
