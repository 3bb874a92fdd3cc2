import { createHmac, hkdfSync } from 'node:crypto';

/** A keyed digest, so that an answer's tag tells nothing about a secret in it. */
export type Fingerprint = (content: string | Uint8Array) => string;

/** HMAC-SHA-256 under `key`, in hexadecimal. */
export function createFingerprint(key: Uint8Array): Fingerprint {
  return (content) => createHmac('sha256', key).update(content).digest('hex');
}

/**
 * What stands for a caller's token: an HMAC under a key of its own, derived so that no text that is served can be given the
 * digest of a token.
 */
export function createCallerIds(digestKey: Uint8Array): Fingerprint {
  return createFingerprint(new Uint8Array(hkdfSync('sha256', digestKey, '', 'ids of callers', 32)));
}

/** `digest` as this caller is told it: who has another token learns nothing from it. */
export function digestFor(caller: string | null, digest: string, fingerprint: Fingerprint): string {
  return caller === null ? digest : fingerprint(`${digest} for ${caller}`);
}
