import { timingSafeEqual } from 'node:crypto';
import { isClaims, type Claims } from './claims.js';
import type { Presented } from './presented.js';
import { endingBy } from './principal.js';
import { refused, type Recognized, type Verdict } from './scheme.js';

/** Who may use a token, as its `cnf` says (RFC 7800). */
export type Confirmation =
  /** Whoever has it. */
  | { readonly kind: 'bearer' }
  /** Who shows the client certificate of this SHA-256, in hexadecimal digits (RFC 8705 §3.1). */
  | { readonly kind: 'certificate'; readonly fingerprint: string }
  /** Nobody can show here that it is them. */
  | { readonly kind: 'unknown'; readonly reason: string };

const member = 'x5t#S256';
const thumbprintForm = /^[A-Za-z0-9_-]{43}$/;

/**
 * A `cnf` that is not understood is no reason to take a token for one that anyone may use (RFC 9449 §7.2). Members beside
 * the certificate are left alone (RFC 7800 §3.1), but for the key of DPoP: such a token is never a bearer's.
 */
export function confirmationOf(claims: Claims): Confirmation {
  if (!Object.hasOwn(claims, 'cnf')) return { kind: 'bearer' };
  const { cnf } = claims;
  if (!isClaims(cnf) || Object.keys(cnf).length === 0) return malformed;
  if (!Object.hasOwn(cnf, member) || Object.hasOwn(cnf, 'jkt'))
    return { kind: 'unknown', reason: 'its `cnf` binds it to something other than a client certificate' };
  const fingerprint = fingerprintOf(cnf[member]);
  return fingerprint === undefined ? malformed : { kind: 'certificate', fingerprint };
}

const malformed: Confirmation = { kind: 'unknown', reason: 'its `cnf` is malformed' };

/** In hexadecimal digits; undefined: `thumbprint` is not 32 bytes as base64url writes them. */
function fingerprintOf(thumbprint: unknown): string | undefined {
  if (typeof thumbprint !== 'string' || !thumbprintForm.test(thumbprint)) return undefined;
  const bytes = Buffer.from(thumbprint, 'base64url');
  return bytes.toString('base64url') === thumbprint ? bytes.toString('hex') : undefined;
}

/** `recognized`, bound as `claims` say. */
export function boundBy(claims: Claims, recognized: Recognized): Verdict {
  const confirmation = confirmationOf(claims);
  switch (confirmation.kind) {
    case 'bearer':
      return recognized;
    case 'certificate':
      return { ...recognized, boundTo: confirmation.fingerprint };
    case 'unknown':
      return refused(confirmation.reason);
  }
}

/** `recognized`, where the request came with what it is bound to. Asked for each request: what is remembered is not of one connection. */
export function withHolder(recognized: Recognized, presented: Presented, now: () => number): Verdict {
  const { boundTo, principal } = recognized;
  if (boundTo === undefined) return recognized;
  const { certificate } = presented;
  if (certificate === null) return refused('it is bound to a client certificate, and came without one');
  if (!isEqual(certificate.fingerprint, boundTo)) return refused('it is bound to another client certificate');
  if (!(certificate.expiresAt > now())) return refused('the client certificate that it is bound to has ended');
  return { ...recognized, principal: endingBy(principal, certificate.expiresAt) };
}

function isEqual(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
