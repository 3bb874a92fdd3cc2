import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

import { child, numberOf, octets, oidOf, tags } from './der.js';
import type { Der } from './der.js';
import { keyStoreRefused, malformed } from './malformed.js';
import { pkcs12Key } from './pkcs12-password.js';
import { decryptRc2 } from './rc2.js';

/** Seconds of work at most for one password. */
export const MAX_ITERATIONS = 10_000_000;
/** Of the iterated hash of PKCS #12, which is done on the event loop, piece by piece. */
export const MAX_HASH_ITERATIONS = 1_000_000;

const derive = promisify(pbkdf2);

interface LegacyScheme {
  readonly cipher: 'des-ede3-cbc' | 'rc2';
  readonly keyBytes: number;
}

/** Password-based encryption of PKCS #12: SHA-1 and its own key derivation. */
const legacySchemes = new Map<string, LegacyScheme>([
  ['1.2.840.113549.1.12.1.3', { cipher: 'des-ede3-cbc', keyBytes: 24 }],
  ['1.2.840.113549.1.12.1.4', { cipher: 'des-ede3-cbc', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.5', { cipher: 'rc2', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.6', { cipher: 'rc2', keyBytes: 5 }],
]);
const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';

const prfHashes = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.8', 'sha224'],
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);
const ciphers = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyBytes: 24 }],
  ['2.16.840.1.101.3.4.1.42', { name: 'aes-256-cbc', keyBytes: 32 }],
  ['1.2.840.113549.3.7', { name: 'des-ede3-cbc', keyBytes: 24 }],
]);

/**
 * `data` decrypted as its AlgorithmIdentifier says; undefined where the password cannot be right.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID for an algorithm that is not supported
 */
export async function decryptByPassword(algorithm: Der, data: Buffer, password: string): Promise<Buffer | undefined> {
  const oid = oidOf(child(algorithm, 0, tags.oid));
  const parameters = child(algorithm, 1, tags.sequence);
  if (oid === PBES2) return decryptPbes2(parameters, data, password);
  const legacy = legacySchemes.get(oid);
  if (legacy === undefined) throw keyStoreRefused(`is encrypted by an algorithm that is not supported (${oid})`);
  return decryptLegacy(legacy, parameters, data, password);
}

async function decryptPbes2(parameters: Der, data: Buffer, password: string): Promise<Buffer | undefined> {
  const derivation = child(parameters, 0, tags.sequence);
  const encryption = child(parameters, 1, tags.sequence);
  const oid = oidOf(child(encryption, 0, tags.oid));
  const cipher = ciphers.get(oid);
  if (cipher === undefined) throw keyStoreRefused(`is encrypted by a cipher that is not supported (${oid})`);
  const key = await pbkdf2Key(derivation, password, cipher.keyBytes);
  return decryptCbc(cipher.name, key, octets(child(encryption, 1, tags.octets)), data);
}

/** A key of `bytes` bytes by the PBKDF2 that `derivation` describes (RFC 8018, appendix A.2). */
export async function pbkdf2Key(derivation: Der, password: string, bytes: number): Promise<Buffer> {
  const oid = oidOf(child(derivation, 0, tags.oid));
  if (oid !== PBKDF2) throw keyStoreRefused(`derives its keys by an algorithm that is not supported (${oid})`);
  const parameters = child(derivation, 1, tags.sequence);
  const salt = octets(child(parameters, 0, tags.octets));
  const iterations = Math.max(1, numberOf(child(parameters, 1, tags.integer), MAX_ITERATIONS));
  const prf = parameters.children.find(({ tag }) => tag === tags.sequence);
  const hash = prf === undefined ? 'sha1' : prfHashes.get(oidOf(child(prf, 0, tags.oid)));
  if (hash === undefined) throw keyStoreRefused('derives its keys by a hash that is not supported');
  return derive(password, salt, iterations, bytes, hash);
}

async function decryptLegacy(
  scheme: LegacyScheme,
  parameters: Der,
  data: Buffer,
  password: string,
): Promise<Buffer | undefined> {
  const salt = octets(child(parameters, 0, tags.octets));
  const iterations = Math.max(1, numberOf(child(parameters, 1, tags.integer), MAX_HASH_ITERATIONS));
  if (salt.length === 0) throw malformed('a salt is empty');
  const derived = (purpose: 1 | 2, bytes: number): Promise<Buffer> =>
    pkcs12Key(password, { hash: 'sha1', purpose, salt, iterations, bytes });
  const key = await derived(1, scheme.keyBytes);
  const iv = await derived(2, 8);
  if (scheme.cipher === 'des-ede3-cbc') {
    return decryptCbc(scheme.cipher, key.length === 24 ? key : Buffer.concat([key, key.subarray(0, 8)]), iv, data);
  }
  if (data.length === 0 || data.length % 8 !== 0) return undefined;
  return withoutPadding(decryptRc2(data, { key, bits: 8 * scheme.keyBytes, iv }));
}

function decryptCbc(name: string, key: Buffer, iv: Buffer, data: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv(name, key, iv);
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    return undefined;
  }
}

function withoutPadding(padded: Buffer): Buffer | undefined {
  const size = padded.readUInt8(padded.length - 1);
  const padding = padded.subarray(-size);
  if (size === 0 || size > 8 || padding.some((byte) => byte !== size)) return undefined;
  return padded.subarray(0, -size);
}
