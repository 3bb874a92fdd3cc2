import type { Role } from './principal.js';

/** What an issuer says of someone: JSON of others, read with care. */
export type Claims = Readonly<Record<string, unknown>>;

/** Which roles someone has by what an issuer says. */
export interface RoleMapping {
  /** Of everyone whom this issuer, server or authority vouches for. */
  readonly roles: readonly Role[];
  /** What they call a role or a group, with the roles it has here. */
  readonly roleMap: ReadonlyMap<string, readonly Role[]>;
}

export interface ClaimMapping extends RoleMapping {
  /** The first of these claims that is a text is the principal's name. */
  readonly nameClaims: readonly string[];
  /** Put before names, so that two issuers cannot name one principal. */
  readonly prefix: string;
  /** Claims with roles or groups: names, or paths such as `realm_access.roles`. */
  readonly roleClaims: readonly string[];
  readonly scopeMap: ReadonlyMap<string, readonly Role[]>;
}

const mostValues = 1000;

export function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The claim of this name; else the one that the dots lead to. Own members only. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (!isClaims(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** The texts of a claim that is a text or a list. */
export function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value.slice(0, mostValues) : [value];
  return values.filter((one) => typeof one === 'string');
}

/** RFC 8693 §4.2: `scope` is a text with blanks; some have a list, or call it `scp`. */
function scopesOf(claims: Claims): readonly string[] {
  return ['scope', 'scp'].flatMap((name) => textsOf(claimAt(claims, name)).flatMap((text) => text.split(' ')));
}

export function rolesOfClaims(claims: Claims, mapping: ClaimMapping): readonly Role[] {
  const values = mapping.roleClaims.flatMap((path) => textsOf(claimAt(claims, path)));
  const scoped = scopesOf(claims).flatMap((scope) => mapping.scopeMap.get(scope) ?? []);
  return [...rolesOf(values, mapping), ...scoped];
}

export function rolesOf(values: readonly string[], { roles, roleMap }: RoleMapping): readonly Role[] {
  return [...roles, ...values.flatMap((value) => roleMap.get(value) ?? [])];
}

/** Undefined where no claim names the principal. */
export function nameOf(claims: Claims, { nameClaims, prefix }: ClaimMapping): string | undefined {
  for (const path of nameClaims) {
    const name = claimAt(claims, path);
    if (typeof name === 'string' && isName(name)) return `${prefix}${name}`;
  }
  return undefined;
}

/** What a principal may be called: logs and the policy have it. */
export function isName(text: string): boolean {
  return /^\P{Cc}{1,256}$/u.test(text);
}

/** Whether `aud` (a text or a list) has one of ours. */
export function isMeantFor(claims: Claims, audiences: readonly string[]): boolean {
  return textsOf(claimAt(claims, 'aud')).some((audience) => audiences.includes(audience));
}

/** A time of a claim in milliseconds; null where there is none, NaN where it is none. */
export function timeOf(claims: Claims, name: string): number | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (value === undefined || value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : Number.NaN;
}
