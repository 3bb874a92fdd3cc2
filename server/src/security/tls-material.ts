import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { ConfigServerError } from '../core/errors.js';

/** Everything that a server shows and trusts in TLS, as it was read; texts in PEM. */
export interface TlsMaterial {
  /** The server's own certificate first, then those that lead to an authority. */
  readonly certificate: string;
  readonly key: string;
  readonly keyPassphrase: string | null;
  /** Who may sign certificates of clients; null: no client is asked for one. */
  readonly clientAuthorities: string | null;
  readonly revocationLists: readonly RevocationList[];
}

export interface RevocationList {
  readonly pem: string;
  /** When it is to be replaced by another, in milliseconds since the epoch; null: it does not say. */
  readonly endsAt: number | null;
}

/** Material that fits together. */
export interface CheckedMaterial {
  readonly certificate: X509Certificate;
  readonly authorities: readonly X509Certificate[];
  readonly key: KeyObject;
}

const block = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * Looks whether material fits together, before anything of it is used.
 * @throws ConfigServerError CONFIG_TLS_INVALID
 */
export function checkMaterial(material: TlsMaterial): CheckedMaterial {
  const [certificate] = certificatesIn(material.certificate, 'the certificate of the server');
  if (certificate === undefined) throw tlsInvalid('the certificate of the server has none in PEM form');
  const key = keyOf(material);
  if (!certificate.checkPrivateKey(key)) throw tlsInvalid('the key is not the key of the certificate');
  return { certificate, key, authorities: authoritiesOf(material.clientAuthorities) };
}

function authoritiesOf(text: string | null): readonly X509Certificate[] {
  if (text === null) return [];
  const authorities = certificatesIn(text, 'the authorities of clients');
  if (authorities.length === 0) throw tlsInvalid('the authorities of clients have no certificate in PEM form');
  return authorities;
}

function certificatesIn(text: string, what: string): X509Certificate[] {
  return (text.match(block) ?? []).map((pem, at) => {
    try {
      return new X509Certificate(pem);
    } catch {
      throw tlsInvalid(`${what}: certificate ${at + 1} cannot be read`);
    }
  });
}

/** What OpenSSL says of a key it cannot read may have parts of it. */
function keyOf({ key, keyPassphrase }: TlsMaterial): KeyObject {
  try {
    return createPrivateKey({ key, format: 'pem', ...(keyPassphrase !== null && { passphrase: keyPassphrase }) });
  } catch {
    const isLocked = key.includes('ENCRYPTED');
    if (!isLocked) throw tlsInvalid('the key is no private key in PEM form');
    throw tlsInvalid(
      keyPassphrase === null ? 'the key is locked, and there is no passphrase' : 'the passphrase does not open the key',
    );
  }
}

export function tlsInvalid(what: string, cause?: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_TLS_INVALID', `TLS: ${what}.`, cause === undefined ? {} : { cause });
}
