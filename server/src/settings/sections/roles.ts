import { z } from 'zod';

import { setting } from '../facts.js';
import type { SettingType, Told } from '../facts.js';
import { splitList } from '../lists.js';

export const roleNames = ['reader', 'operator', 'encryptor', 'auditor', 'admin'] as const;

export type RoleName = (typeof roleNames)[number];

const taken = `a list of ${roleNames.join(', ')}`;

/** Roles; `fallback` where none are written. */
export function roleList(told: Told & { default: readonly RoleName[] }): SettingType<readonly RoleName[]> {
  const { default: fallback, ...rest } = told;
  return setting(z.array(z.enum(roleNames)).default([...fallback]), {
    kind: 'list',
    taken,
    fallback: `[${fallback.join(', ')}]`,
    fromText: (text) => splitList(text.toLowerCase()),
    ...rest,
  });
}

const mapped = z.string().transform((text, context): readonly RoleName[] => {
  const names = z.array(z.enum(roleNames)).min(1).safeParse(splitList(text));
  if (names.success) return names.data;
  context.addIssue({ code: 'custom', message: 'not roles' });
  return z.NEVER;
});

/** What others call a group, a scope or a role, with the roles that it has here. */
export function roleMap(told: Told): SettingType<ReadonlyMap<string, readonly RoleName[]>> {
  const type = z.map(z.string(), z.string()).default(new Map()).pipe(z.map(z.string(), mapped));
  return setting(type, {
    kind: 'map',
    taken: `names, each with one or more of ${roleNames.join(', ')} between commas`,
    fallback: '{}',
    fromText: (text) => text,
    ...told,
  });
}
