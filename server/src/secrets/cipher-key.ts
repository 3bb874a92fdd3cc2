import type { KeyObject } from 'node:crypto';

/** One key in the form of the reference server: what it encrypts, the reference decrypts, and the other way round. */
export interface CipherKey {
  /** Without `{cipher}` and prefixes. */
  encrypt(text: string): Promise<string>;
  /** @throws ConfigServerError CONFIG_CIPHER_INVALID, CONFIG_DECRYPTION_UNSUPPORTED */
  decrypt(cipher: string): Promise<string>;
  /** What encrypts without being able to decrypt; null for a symmetric key. */
  readonly publicKey: KeyObject | null;
  /** The key of suite v2 that is derived from this one; null for a public key, which cannot authenticate. */
  readonly authenticated: (() => Promise<Buffer>) | null;
}
