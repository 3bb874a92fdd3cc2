import { z } from 'zod';

import { SecretText } from '../core/secret-text.js';
import { setting } from './facts.js';
import type { SettingType, Told } from './facts.js';

/** The elements of `a,b,c`, without blanks around them or empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
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

/** Free names to texts, in the order written; those that were ciphers as secrets. */
export function textMap(told: Told): SettingType<ReadonlyMap<string, string | SecretText>> {
  return setting(z.map(z.string(), z.string().or(z.instanceof(SecretText))).default(new Map()), {
    kind: 'map',
    taken: 'names with texts',
    fallback: '{}',
    fromText: (text) => text,
    ...told,
  });
}

/** A list of words out of a few, each once. */
export function choiceList<const T extends string>(
  told: Told & { choices: readonly [T, ...T[]] },
): SettingType<readonly T[]> {
  const { choices, ...rest } = told;
  const type = z
    .array(z.enum(choices))
    .refine((list) => new Set(list).size === list.length)
    .default([]);
  return setting<readonly T[]>(type, {
    kind: 'list',
    taken: `a list of ${choices.join(', ')}, each once`,
    fallback: '[]',
    fromText: splitList,
    ...rest,
  });
}
