import { z } from 'zod';

import { choice, requiredText } from '../fields.js';
import { setting } from '../facts.js';
import type { SettingType } from '../facts.js';
import { splitList, textList } from '../lists.js';
import { roleNames } from './roles.js';
import type { RoleName } from './roles.js';

const effects = ['allow', 'deny', 'hide', 'mask'] as const;
export const policySchemes = [
  'basic',
  'api-token',
  'bearer',
  'introspection',
  'certificate',
  'kubernetes',
  'gateway',
] as const;
export const policyHeaders = ['X-Config-Token', 'X-Config-Instance'] as const;

export type PolicyScheme = (typeof policySchemes)[number];
export type PolicyHeader = (typeof policyHeaders)[number];

type Names<T = string> = readonly T[] | null;

/** A rule as it is written; null: left out. */
export interface PolicyRuleSettings {
  readonly name: string;
  readonly effect: (typeof effects)[number];
  readonly principals: Names;
  readonly roles: Names<RoleName>;
  readonly schemes: Names<PolicyScheme>;
  readonly 'except-principals': Names;
  readonly 'except-roles': Names<RoleName>;
  readonly applications: Names;
  readonly profiles: Names;
  readonly labels: Names;
  readonly resources: Names;
  readonly headers: Names<PolicyHeader>;
  readonly keys: Names;
}

export interface PolicySettings {
  readonly rules: readonly PolicyRuleSettings[];
  readonly 'profile-names': readonly string[];
}

/** Patterns; a list that is written has one at least, so that none can be taken for all. */
function patterns(description: string, fallback = 'all'): SettingType<Names> {
  return setting(z.array(z.string().min(1)).min(1).nullable().default(null), {
    kind: 'list',
    taken: 'a list of names in which `*` stands for any text',
    fallback,
    description,
    fromText: splitList,
  });
}

function choices<const T extends string>(
  known: readonly [T, ...T[]],
  description: string,
  fallback = 'all',
): SettingType<Names<T>> {
  return setting(z.array(z.enum(known)).min(1).nullable().default(null), {
    kind: 'list',
    taken: `a list of ${known.join(', ')}`,
    fallback,
    description,
    fromText: splitList,
  });
}

const ruleSection: SettingType<PolicyRuleSettings> = z.strictObject({
  name: requiredText({
    pattern: /^[\w.:@/ -]{1,100}$/,
    taken: 'letters, digits, blanks and `_.:@/-`, at most 100 of them',
    description: 'Name of the rule; decisions and the audit say it. No two rules have the same.',
  }),
  effect: choice({
    choices: effects,
    default: 'allow',
    description:
      '`allow` and `deny` decide about environments and files, `hide` and `mask` about keys in what is allowed. `deny` wins; what no rule allows is denied.',
  }),
  principals: patterns(
    'Names of the principals that the rule is about. A rule that allows has `principals`, `roles` or `schemes`.',
  ),
  roles: choices(roleNames, 'It is about principals that were given one of these roles. `admin` is not `reader` here.'),
  schemes: choices(policySchemes, 'It is about principals that were authenticated so.'),
  'except-principals': patterns('Names of principals that it is not about.', 'none'),
  'except-roles': choices(roleNames, 'It is not about principals with one of these roles.', 'none'),
  applications: patterns('Applications; a rule that allows has them. All applications of a query must be allowed.'),
  profiles: patterns('Profiles. All profiles of a query must be allowed.'),
  labels: patterns('Labels. `(default)` is that of a request that names none. All labels of a query must be allowed.'),
  resources: patterns(
    'Paths of files that are served as they are. A rule that allows none of them allows environments alone; files of properties are meant only by a pattern that ends as they do (`*.yml`).',
    'with `allow` none, else all',
  ),
  headers: choices(
    policyHeaders,
    'Headers that choose which secrets are read: what a rule that allows lets be used; a rule that denies is then about requests that use one.',
    'none',
  ),
  keys: patterns(
    'Keys that `hide` leaves out and `mask` shows as `***`. Case, hyphens and underscores make no difference.',
    'none',
  ),
});

export const policySection: SettingType<PolicySettings> = z.strictObject({
  rules: z.array(ruleSection).max(1000).default([]),
  'profile-names': textList({
    taken: 'a list of profiles',
    description:
      'Names that are profiles here, beside those that rules have in full: `orders-prod.yml` is then known to be the file of `orders` for `prod`, by whatever name it is asked for.',
  }),
});
