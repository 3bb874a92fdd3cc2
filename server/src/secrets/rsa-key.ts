import { createPublicKey, hkdf, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { IV_BYTES, openCbc, openGcm, passwordKey, sealCbc, sealGcm } from './aes.js';
import type { CipherKey } from './cipher-key.js';
import { fromBase64, fromUtf8 } from './encodings.js';
import { decryptionUnsupported, undecryptable } from './refusals.js';
import { createUnwrap, SECRET_BYTES, wrapSecret, type RsaPadding } from './rsa-secret.js';

export interface RsaScheme {
  readonly padding: RsaPadding;
  /** AES-GCM, which authenticates, in place of AES-CBC. */
  readonly strong: boolean;
  readonly salt: Uint8Array;
}

export type RsaKeys =
  | { readonly privateKey: KeyObject; readonly publicKey?: never }
  | { readonly publicKey: KeyObject; readonly privateKey?: never };

const gcm = { ivBytes: IV_BYTES };
const expand = promisify(hkdf);

/**
 * The reference's scheme for an RSA key, in Base64: the length of the wrapped secret in two bytes, the wrapped secret, and
 * the text under a key made of the secret. Nothing in it tells padding or mode, so both sides must have the same settings.
 */
export function createRsaKey(keys: RsaKeys, scheme: RsaScheme): CipherKey {
  const { privateKey } = keys;
  const publicKey = privateKey === undefined ? keys.publicKey : createPublicKey(privateKey);
  return {
    encrypt: (text) => seal(publicKey, scheme, text),
    decrypt: privateKey === undefined ? () => Promise.reject(decryptionUnsupported()) : createOpen(privateKey, scheme),
    publicKey,
    authenticated: privateKey === undefined ? null : () => derived(privateKey),
  };
}

async function seal(publicKey: KeyObject, { padding, strong, salt }: RsaScheme, text: string): Promise<string> {
  const secret = randomBytes(SECRET_BYTES);
  const wrapped = wrapSecret(publicKey, padding, secret);
  const key = await passwordKey(secret.toString('hex'), salt);
  const plain = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  return Buffer.concat([length, wrapped, strong ? sealGcm(key, plain, gcm) : sealCbc(key, plain)]).toString('base64');
}

function createOpen(privateKey: KeyObject, scheme: RsaScheme): (cipher: string) => Promise<string> {
  const { strong, salt } = scheme;
  const unwrap = createUnwrap(privateKey, scheme.padding);
  const modulusBytes = Math.ceil((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  return async (cipher) => {
    const parts = partsOf(cipher, modulusBytes);
    if (parts === undefined) throw undecryptable();
    // From here on right and wrong go the same way to the end.
    const key = await passwordKey(unwrap(parts.wrapped).toString('hex'), salt);
    const plain = strong ? openGcm(key, parts.sealed, gcm) : openCbc(key, parts.sealed);
    const text = plain === undefined ? undefined : fromUtf8(plain);
    if (text === undefined) throw undecryptable();
    return text;
  };
}

/** By the form alone, of which nothing is secret. */
function partsOf(cipher: string, modulusBytes: number): { wrapped: Buffer; sealed: Buffer } | undefined {
  const bytes = fromBase64(cipher);
  if (bytes === undefined || bytes.length <= 2 + modulusBytes) return undefined;
  if (bytes.readUInt16BE(0) !== modulusBytes) return undefined;
  return { wrapped: bytes.subarray(2, 2 + modulusBytes), sealed: bytes.subarray(2 + modulusBytes) };
}

async function derived(privateKey: KeyObject): Promise<Buffer> {
  const der = privateKey.export({ format: 'der', type: 'pkcs1' });
  return Buffer.from(await expand('sha256', der, 'cairn', 'cairn cipher v2', 32));
}
