import { z } from 'zod';

import { parseDuration, parseSize } from './units.js';

/** What is told of one setting beside its type: messages, docs/settings.md and conversion read it. */
export interface SettingFacts {
  readonly kind: 'value' | 'list' | 'map';
  readonly description: string;
  /** What would be taken; follows "takes". */
  readonly taken: string;
  /** The default as a user would write it; `required` or `none` where there is none. */
  readonly fallback: string;
  readonly unit?: string;
  /** The reference server's names for it. */
  readonly reference?: readonly string[];
  /** Never echoed. */
  readonly secret?: boolean;
  /** With the discriminator of a list's variants: which one it names. */
  readonly variant?: string;
  /** From the text of an environment variable, an argument or a `.properties` file; undefined: not such a text. */
  readonly fromText: (text: string) => unknown;
}

export type SettingType<T> = z.ZodType<T>;

interface Told {
  readonly description: string;
  readonly unit?: string;
  readonly reference?: readonly string[];
  readonly secret?: boolean;
}

const registry = z.registry<SettingFacts>();

/** The facts of `type` where it is a setting, not a section. */
export function settingFacts(type: z.ZodType): SettingFacts | undefined {
  return registry.get(type);
}

function setting<T>(type: z.ZodType<T>, facts: SettingFacts): SettingType<T> {
  registry.add(type, facts);
  return type;
}

const sameText = (text: string): unknown => text;
const words = new Map<string, boolean>([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

/** The elements of `a,b,c`, without blanks around them or empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

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
  registry.add(type, {
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
export function requiredText(told: Told & { taken: string }): SettingType<string> {
  return setting(z.string().min(1), { kind: 'value', fallback: 'required', fromText: sameText, ...told });
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

export function wholeNumber(told: Told & { default: number; min: number; max: number }): SettingType<number> {
  const { default: fallback, min, max, ...rest } = told;
  return setting(z.number().int().min(min).max(max).default(fallback), {
    kind: 'value',
    taken: `a whole number from ${min} to ${max}`,
    fallback: String(fallback),
    fromText: (written) => (/^-?\d{1,15}$/.test(written.trim()) ? Number(written) : undefined),
    ...rest,
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

/** Written as `30s`; milliseconds for the program. */
export function duration(told: Told & { default: string; min?: number; max?: number }): SettingType<number> {
  const { default: fallback, min = 1, max = 24 * 3_600_000, ...rest } = told;
  const type = z
    .string()
    .transform((written) => parseDuration(written) ?? Number.NaN)
    .pipe(z.number().min(min).max(max))
    .prefault(fallback);
  return setting(type, {
    kind: 'value',
    taken: 'a duration such as 500ms, 30s, 5m or 1h, a day at most',
    fallback,
    fromText: sameText,
    ...rest,
  });
}

/** A duration, or the word `never`: null for the program. */
export function durationOrNever(told: Told & { default: string }): SettingType<number | null> {
  const { default: fallback, ...rest } = told;
  const type = z
    .string()
    .transform((written) => (written === 'never' ? null : (parseDuration(written) ?? Number.NaN)))
    .pipe(z.number().min(100).nullable())
    .prefault(fallback);
  return setting(type, {
    kind: 'value',
    taken: 'a duration of at least 100ms such as 30s, 5m or 1h, or never',
    fallback,
    fromText: sameText,
    ...rest,
  });
}

/** Written as `4MiB`; bytes for the program. */
export function size(told: Told & { default: string; min?: number }): SettingType<number> {
  const { default: fallback, min = 1, ...rest } = told;
  const type = z
    .string()
    .transform((written) => parseSize(written) ?? Number.NaN)
    .pipe(z.number().int().min(min))
    .prefault(fallback);
  return setting(type, {
    kind: 'value',
    taken: 'a size such as 512KiB, 4MiB or 1GiB',
    fallback,
    fromText: sameText,
    ...rest,
  });
}

export function textList(told: Told & { taken?: string }): SettingType<readonly string[]> {
  return setting(z.array(z.string().min(1)).default([]), {
    kind: 'list',
    taken: 'a list of texts',
    fallback: '[]',
    fromText: splitList,
    ...told,
  });
}

/** A list of texts that must have an element. */
export function requiredList(told: Told & { taken: string }): SettingType<readonly string[]> {
  return setting(z.array(z.string().min(1)).min(1), {
    kind: 'list',
    fallback: 'required',
    fromText: splitList,
    ...told,
  });
}

/** Free names to texts, in the order written. */
export function textMap(told: Told): SettingType<ReadonlyMap<string, string>> {
  return setting(z.map(z.string(), z.string()).default(new Map()), {
    kind: 'map',
    taken: 'names with texts',
    fallback: '{}',
    fromText: sameText,
    ...told,
  });
}
