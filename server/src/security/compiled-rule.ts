import { compileNamePatterns, type NamePatterns } from './name-patterns.js';
import type { ClientHeader, Effect, PolicyRule } from './policy-rule.js';
import type { Principal } from './principal.js';
import { mayBeLabel } from './label-names.js';
import type { NamePair, QueryNames } from './query-names.js';
import {
  allowsResource,
  compileResourcePatterns,
  forbidsResource,
  type ResourcePaths,
  type ResourcePatterns,
} from './resource-patterns.js';

/** Who asks, as a policy sees it. */
export type Asking = Pick<Principal, 'name' | 'scheme' | 'roles'>;

/** What is asked for, as a rule sees it. */
export interface Asked {
  readonly names: QueryNames;
  readonly labels: readonly string[];
  /** What may be answered in their place; rules that forbid see it, too. */
  readonly standIns: readonly string[];
  readonly defaultLabels: readonly string[];
  /** Null: an environment or a rendition. */
  readonly resource: ResourcePaths | null;
  readonly headers: readonly ClientHeader[];
}

export interface CompiledRule {
  readonly name: string;
  readonly effect: Effect;
  readonly written: PolicyRule;
  readonly applications: NamePatterns;
  readonly profiles: NamePatterns;
  readonly labels: NamePatterns;
  readonly principals: NamePatterns;
  readonly exceptPrincipals: NamePatterns;
  readonly resources: ResourcePatterns;
}

/** Why a rule says nothing about a request; undefined: it does. */
export type Mismatch = string | undefined;

const everything: readonly string[] = ['*'];

export function compileRule(written: PolicyRule): CompiledRule {
  return {
    name: written.name,
    effect: written.effect,
    written,
    applications: compileNamePatterns(written.applications ?? everything),
    profiles: compileNamePatterns(written.profiles ?? everything),
    labels: compileNamePatterns(written.labels ?? everything),
    principals: compileNamePatterns(written.principals ?? everything),
    exceptPrincipals: compileNamePatterns(written.exceptPrincipals ?? []),
    resources: compileResourcePatterns(written.resources),
  };
}

export function principalMismatch(rule: CompiledRule, { name, scheme, roles }: Asking): Mismatch {
  const { roles: wanted, schemes, exceptRoles } = rule.written;
  if (!rule.principals.matches(name)) return 'it is about other principals';
  if (wanted && !wanted.some((role) => roles.includes(role))) return 'it is about other roles';
  if (schemes && !schemes.includes(scheme)) return 'it is about other schemes of authentication';
  if (rule.exceptPrincipals.matches(name)) return 'it excepts the principal';
  if (exceptRoles?.some((role) => roles.includes(role)) === true) return 'it excepts a role of the principal';
  return undefined;
}

/** Of a rule that forbids: one of the names is enough. */
export function forbidMismatch(rule: CompiledRule, asked: Asked): Mismatch {
  const { headers } = rule.written;
  if (!asked.names.readings.some((pair) => matchesPair(rule, pair)))
    return 'it is about other applications or profiles';
  if (![...asked.labels, ...asked.standIns].some((label) => mayBeLabel(rule.labels, label, asked.defaultLabels)))
    return 'it is about other labels';
  if (!forbidsResource(rule.resources, asked.resource)) return 'it is about other files';
  if (headers && !headers.some((header) => asked.headers.includes(header)))
    return 'it is about client headers not used';
  return undefined;
}

/** Of a rule that allows: what does not depend on the names, of which it may allow some. */
export function allowMismatch(rule: CompiledRule, asked: Asked): Mismatch {
  const { headers } = rule.written;
  const unallowed = asked.headers.find((header) => headers?.includes(header) !== true);
  if (unallowed !== undefined) return `it does not let ${unallowed} be used`;
  if (asked.resource !== null && !allowsResource(rule.resources, asked.resource)) return 'it does not allow the file';
  return undefined;
}

/** The first of what must be allowed that no rule allows, and the rules that allow the rest. */
export function coverage(rules: readonly CompiledRule[], { names, labels }: Asked): Coverage {
  const used = new Set<string>();
  for (const label of labels) {
    const fitting = rules.filter((rule) => rule.labels.matches(label));
    for (const pair of names.required) {
      const rule = fitting.find((one) => matchesPair(one, pair));
      if (rule === undefined) return { used, missing: { ...pair, label } };
      used.add(rule.name);
    }
  }
  return { used, missing: undefined };
}

export interface Coverage {
  readonly used: ReadonlySet<string>;
  readonly missing: (NamePair & { readonly label: string }) | undefined;
}

function matchesPair(rule: CompiledRule, { application, profile }: NamePair): boolean {
  return rule.applications.matches(application) && rule.profiles.matches(profile);
}
