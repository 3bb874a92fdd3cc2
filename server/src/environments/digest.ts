import { createHmac } from 'node:crypto';

/** A keyed digest, so that an answer's tag tells nothing about a secret in it. */
export type Fingerprint = (content: string | Uint8Array) => string;

/** HMAC-SHA-256 under `key`, in hexadecimal. */
export function createFingerprint(key: Uint8Array): Fingerprint {
  return (content) => createHmac('sha256', key).update(content).digest('hex');
}
