import { z } from 'zod';

import { setting } from './facts.js';
import type { SettingType, Told } from './facts.js';
import { parseDuration, parseSize } from './units.js';

const sameText = (text: string): unknown => text;

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

/** A whole number, or none. */
export function optionalWholeNumber(told: Told & { min: number; max: number }): SettingType<number | null> {
  const { min, max, ...rest } = told;
  return setting(z.number().int().min(min).max(max).nullable().default(null), {
    kind: 'value',
    taken: `a whole number from ${min} to ${max}`,
    fallback: 'none',
    fromText: (written) => (written === '' ? null : /^-?\d{1,15}$/.test(written.trim()) ? Number(written) : undefined),
    ...rest,
  });
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

/** A duration that may be left out; `fallback` tells what holds then. */
export function optionalDuration(told: Told & { fallback: string }): SettingType<number | null> {
  const type = z
    .string()
    .transform((written) => parseDuration(written) ?? Number.NaN)
    .pipe(z.number().min(0))
    .nullable()
    .default(null);
  return setting(type, {
    kind: 'value',
    taken: 'a duration such as 30s, 5m or 1h',
    fromText: sameText,
    ...told,
  });
}

/** A duration, or the word `never`: null for the program. */
export function durationOrNever(told: Told & { default: string; taken?: string }): SettingType<number | null> {
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

/** A size, or the word `unlimited`, which is the default: null for the program. */
export function sizeOrUnlimited(told: Told): SettingType<number | null> {
  const type = z
    .string()
    .transform((written) => (written === 'unlimited' ? null : (parseSize(written) ?? Number.NaN)))
    .pipe(z.number().int().min(1).nullable())
    .prefault('unlimited');
  return setting(type, {
    kind: 'value',
    taken: 'a size such as 512MiB or 10GiB, or unlimited',
    fallback: 'unlimited',
    fromText: sameText,
    ...told,
  });
}
