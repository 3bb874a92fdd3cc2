import type { Role, SchemeName } from './principal.js';

/** `allow` and `deny` speak of environments and files; `hide` and `mask` of keys in what is allowed. */
export const effects = ['allow', 'deny', 'hide', 'mask'] as const;

export type Effect = (typeof effects)[number];

/** Headers by which a client picks what secrets are read with; a rule must let it. */
export const clientHeaders = ['X-Config-Token', 'X-Config-Instance'] as const;

export type ClientHeader = (typeof clientHeaders)[number];

/** Patterns, or what of something is meant. Null or absent: left out of the rule, so that all are meant. */
type Some<T> = readonly T[] | null | undefined;

/** One rule of a policy, as it is written. The order of rules has no meaning. */
export interface PolicyRule {
  /** Decisions name it. */
  readonly name: string;
  readonly effect: Effect;
  /** Patterns of principals' names. */
  readonly principals?: Some<string>;
  /** Principals that were given one of these; `admin` is not `reader` here. */
  readonly roles?: Some<Role>;
  readonly schemes?: Some<SchemeName>;
  readonly exceptPrincipals?: Some<string>;
  readonly exceptRoles?: Some<Role>;
  readonly applications?: Some<string>;
  readonly profiles?: Some<string>;
  /** `(default)` is the label of a request that names none. */
  readonly labels?: Some<string>;
  /** Paths of files that are served as they are; with `allow` none unless it is written. */
  readonly resources?: Some<string>;
  /** With `allow` what may be used; with `deny` the rule is about requests that use one of them. */
  readonly headers?: Some<ClientHeader>;
  /** With `hide` and `mask`. */
  readonly keys?: Some<string>;
}
