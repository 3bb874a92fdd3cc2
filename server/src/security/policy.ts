/**
 * The policy: who may read which environments, files and keys. Pure: what it decides depends on the rules and on what is asked
 * alone, so that a decision can be made again before an auditor.
 */
import { createByteCache } from '../core/byte-cache.js';
import { ConfigServerError } from '../core/errors.js';
import type { Query } from '../core/query.js';
import {
  allowMismatch,
  compileRule,
  coverage,
  forbidMismatch,
  principalMismatch,
  type Asked,
  type Asking,
  type CompiledRule,
} from './compiled-rule.js';
import { labelsOf } from './label-names.js';
import { policyProblems } from './policy-problems.js';
import type { ClientHeader, Effect, PolicyRule } from './policy-rule.js';
import { namesOf, type KnownNames } from './query-names.js';
import { isPropertyFile, resourcePaths } from './resource-patterns.js';
import { mayActAs } from './role-of.js';
import { withheldBy, type Withheld } from './withheld.js';

export interface PolicyOptions {
  readonly rules: readonly PolicyRule[];
  /** Names that are profiles beside those that rules have in full. */
  readonly profileNames?: readonly string[];
  /** What a request without a label may be answered from. */
  readonly defaultLabels?: readonly string[];
  /** Labels with what is answered where they are not there: `main` with `master`. */
  readonly standIns?: ReadonlyMap<string, string>;
}

/** Something to read, and who wants to. */
export interface AccessRequest {
  readonly principal: Asking;
  readonly query: Pick<Query, 'applications' | 'profiles' | 'labels'>;
  /** Path of a file that is to be served as it is; absent: an environment. */
  readonly resource?: string;
  /** Client headers that the request uses. */
  readonly headers?: readonly ClientHeader[];
}

/** What was decided, by which rule and why: for the audit, never for the client. */
export type Ruling =
  | { readonly isAllowed: true; readonly rule: string; readonly reason: string; readonly withheld: Withheld | null }
  | { readonly isAllowed: false; readonly rule: string; readonly reason: string };

/** One rule as it stands to a request. */
export interface RuleFinding {
  readonly name: string;
  readonly effect: Effect;
  /** Null: the rule applies. */
  readonly mismatch: string | null;
}

export interface Policy {
  decide(request: AccessRequest): Ruling;
  /** How each rule stands to the request, in the order of their names. */
  explain(request: AccessRequest): readonly RuleFinding[];
}

const keptPrincipals = 4 * 1024 * 1024;

/** @throws ConfigServerError CONFIG_POLICY_INVALID with everything that is wrong */
export function createPolicy(options: PolicyOptions): Policy {
  const { rules, profileNames = [], defaultLabels = [], standIns = new Map<string, string>() } = options;
  const problems = policyProblems(rules);
  if (problems.length > 0) throw invalidPolicy(problems);
  const compiled = rules.map(compileRule).sort((left, right) => (left.name < right.name ? -1 : 1));
  const known = knownNames(compiled, profileNames);
  const byPrincipal = createByteCache<string, readonly CompiledRule[]>(keptPrincipals);

  const rulesFor = (principal: Asking): readonly CompiledRule[] => {
    const key = JSON.stringify([principal.name, principal.scheme, principal.roles]);
    const kept = byPrincipal.get(key);
    if (kept !== undefined) return kept;
    const found = compiled.filter((rule) => principalMismatch(rule, principal) === undefined);
    byPrincipal.set(key, found, key.length + 8 * found.length);
    return found;
  };
  const askedOf = ({ query, resource, headers = [] }: AccessRequest): Asked | undefined => {
    const names = namesOf(query, known);
    if (names === undefined) return undefined;
    const paths = resource === undefined ? null : resourcePaths(resource, query.profiles);
    const labels = labelsOf(query);
    const others = labels.flatMap((label) => standIns.get(label) ?? []);
    return { names, labels, standIns: others, defaultLabels, resource: paths, headers };
  };

  return {
    decide(request) {
      if (!mayActAs(request.principal, 'reader')) return denied('role reader', 'the principal is not a reader');
      const asked = askedOf(request);
      if (asked === undefined) return denied('policy limits', 'the query has more or longer names than are decided on');
      return rulingOf(rulesFor(request.principal), asked);
    },
    explain(request) {
      const asked = askedOf(request);
      return compiled.map((rule) => ({
        name: rule.name,
        effect: rule.effect,
        mismatch: principalMismatch(rule, request.principal) ?? askedMismatch(rule, asked) ?? null,
      }));
    },
  };
}

function rulingOf(rules: readonly CompiledRule[], asked: Asked): Ruling {
  const of = (...effects: readonly Effect[]): readonly CompiledRule[] =>
    rules.filter((rule) => effects.includes(rule.effect));
  const forbidding = of('deny').find((rule) => forbidMismatch(rule, asked) === undefined);
  if (forbidding !== undefined) return denied(`policy ${forbidding.name}`, 'a rule denies it');
  const { used, missing } = coverage(
    of('allow').filter((rule) => allowMismatch(rule, asked) === undefined),
    asked,
  );
  if (missing !== undefined) return denied('default deny', `no rule allows ${told(missing)}${toldUse(asked)}`);
  const withheld = withheldBy(of('hide', 'mask').filter((rule) => forbidMismatch(rule, asked) === undefined));
  if (withheld !== null && asked.resource !== null && isPropertyFile(asked.resource))
    return denied(`policy ${withheld.rules.join(', ')}`, 'keys of the file are withheld, and it is served as a whole');
  return { isAllowed: true, rule: `policy ${[...used].sort().join(', ')}`, reason: 'rules allow all of it', withheld };
}

function told({ application, profile, label }: { application: string; profile: string; label: string }): string {
  return `the application ${JSON.stringify(application)} with the profile ${JSON.stringify(profile)} and the label ${JSON.stringify(label)}`;
}

function toldUse({ resource, headers }: Asked): string {
  const file = resource === null ? '' : `, for the file ${JSON.stringify(resource.path)}`;
  return headers.length === 0 ? file : `${file}, using ${headers.join(' and ')}`;
}

function denied(rule: string, reason: string): Ruling {
  return { isAllowed: false, rule, reason };
}

function askedMismatch(rule: CompiledRule, asked: Asked | undefined): string | undefined {
  if (asked === undefined) return 'the query has more or longer names than are decided on';
  if (rule.effect !== 'allow') return forbidMismatch(rule, asked);
  const isFitting = asked.names.required.some(
    (pair) => coverage([rule], { ...asked, names: { ...asked.names, required: [pair] } }).used.size > 0,
  );
  return isFitting ? allowMismatch(rule, asked) : 'it is about other applications, profiles or labels';
}

function knownNames(rules: readonly CompiledRule[], profileNames: readonly string[]): KnownNames {
  return {
    applications: new Set(rules.flatMap(({ applications }) => [...applications.exact])),
    profiles: new Set([...profileNames, ...rules.flatMap(({ profiles }) => [...profiles.exact])]),
  };
}

function invalidPolicy(problems: readonly string[]): ConfigServerError {
  const [first = ''] = problems;
  const text =
    problems.length === 1 ? first : `${problems.length} problems:\n${problems.map((one) => `  - ${one}`).join('\n')}`;
  return new ConfigServerError('CONFIG_POLICY_INVALID', text);
}
