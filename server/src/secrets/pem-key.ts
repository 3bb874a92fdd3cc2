import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { fromBase64 } from './encodings.js';
import { keyRefused } from './refusals.js';

const block = /-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----/s;
/** Fewer are broken by anybody, and hold no secret in OAEP. */
export const MIN_RSA_BITS = 1024;

const name = '`encryption.key` (`encrypt.key`)';

/**
 * The RSA key in a configured key text: PEM of PKCS #1 or PKCS #8, its line breaks lost or escaped if need be; undefined
 * for a text that is a password.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export function readPemKey(text: string): KeyObject | undefined {
  if (/^\s*ssh-/.test(text)) throw keyRefused(`${name} is a public key; it takes a text, or an RSA private key in PEM`);
  const [, label, body = ''] = block.exec(text) ?? [];
  if (label === undefined) {
    if (!text.includes('-----BEGIN ')) return undefined;
    throw keyRefused(`${name} begins like PEM, but has no end of the same kind`);
  }
  if (label === 'RSA PRIVATE KEY') return rsaKey(body, 'pkcs1');
  if (label === 'PRIVATE KEY') return rsaKey(body, 'pkcs8');
  const hint = label.includes('ENCRYPTED') ? '; put it in a key store, or decrypt it' : '';
  throw keyRefused(`${name} is PEM of a ${label}; it takes an RSA PRIVATE KEY or a PRIVATE KEY${hint}`);
}

function rsaKey(body: string, type: 'pkcs1' | 'pkcs8'): KeyObject {
  if (body.includes('ENCRYPTED'))
    throw keyRefused(`${name} is an encrypted PEM key; put it in a key store, or decrypt it`);
  const der = fromBase64(body.replaceAll(/\\[nr]|\s/g, ''));
  const key = der === undefined ? undefined : privateKeyOf(der, type);
  if (key === undefined) throw keyRefused(`${name} is PEM, but what is in it is not a private key`);
  const problem = rsaProblem(key);
  if (problem !== undefined) throw keyRefused(`${name} is a private key ${problem}`);
  return key;
}

/** What keeps `key` from being used; undefined: nothing. */
export function rsaProblem({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType !== 'rsa') return `of the kind ${String(asymmetricKeyType)}; only RSA is taken`;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < MIN_RSA_BITS ? `of ${bits} bits; at least ${MIN_RSA_BITS} are taken` : undefined;
}

/** The private key in DER; undefined where there is none. */
export function privateKeyOf(der: Buffer, type: 'pkcs1' | 'pkcs8'): KeyObject | undefined {
  try {
    return createPrivateKey({ key: der, format: 'der', type });
  } catch {
    return undefined;
  }
}
