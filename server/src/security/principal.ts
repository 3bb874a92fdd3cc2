/** security/ says who asks. One file a scheme; it imports core only. */
import { createHash } from 'node:crypto';

export type SchemeName =
  | 'anonymous'
  | 'basic'
  | 'api-token'
  | 'bearer'
  | 'introspection'
  | 'certificate'
  | 'kubernetes'
  | 'gateway'
  | 'webhook';

export const roles = ['reader', 'operator', 'encryptor', 'auditor', 'admin'] as const;

/** What a principal may do over the routes; which configuration it may read is the policy's. */
export type Role = (typeof roles)[number];

/** Who asks. Never carries the credentials it was recognized by. */
export interface Principal {
  readonly name: string;
  readonly scheme: SchemeName;
  /** Each once, in the order of `roles`. */
  readonly roles: readonly Role[];
  /** When the credential ends, in milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
  /** Equal for principals that are equal in name, scheme and roles; for keys of caches. Tells nothing of a credential. */
  readonly key: string;
}

export type PrincipalParts = Omit<Principal, 'key' | 'expiresAt'> & { readonly expiresAt?: number | null };

export function createPrincipal(parts: PrincipalParts): Principal {
  const { name, scheme, expiresAt = null } = parts;
  const held = roles.filter((role) => parts.roles.includes(role));
  const key = createHash('sha256')
    .update(JSON.stringify([scheme, name, held]))
    .digest('base64url');
  return Object.freeze({ name, scheme, roles: Object.freeze(held), expiresAt, key });
}

/** `principal`, which ends at `end` at the latest. */
export function endingBy(principal: Principal, end: number): Principal {
  const { expiresAt } = principal;
  return expiresAt !== null && expiresAt <= end ? principal : Object.freeze({ ...principal, expiresAt: end });
}

/** Everyone where `security.mode: none` is written, and on loopback without security: may do everything. */
export const anonymousPrincipal: Principal = createPrincipal({ name: 'anonymous', scheme: 'anonymous', roles });

/** Who has not shown who they are, where security is configured: may do what needs no role. */
export const nobody: Principal = createPrincipal({ name: 'nobody', scheme: 'anonymous', roles: [] });
