import { X509Certificate, type KeyObject } from 'node:crypto';

import { malformed } from './malformed.js';

/** What a key store has under one alias. */
export type KeyStoreEntry =
  | {
      readonly kind: 'private-key';
      /** The key in PKCS #8; undefined where `password` is not the key's. */
      unlock(password: string): Promise<Buffer | undefined>;
      /** Certificates in DER: the key's own first, then those that lead to an authority. Empty where there are none. */
      readonly chain: readonly Buffer[];
    }
  | { readonly kind: 'certificate'; readonly publicKey: KeyObject; /** DER. */ readonly certificate: Buffer };

/** By alias in lower case, as Java compares them. */
export type KeyStoreEntries = ReadonlyMap<string, KeyStoreEntry>;

export function certificateEntry(der: Buffer): KeyStoreEntry {
  try {
    return { kind: 'certificate', publicKey: new X509Certificate(der).publicKey, certificate: der };
  } catch {
    throw malformed('a certificate cannot be read');
  }
}
