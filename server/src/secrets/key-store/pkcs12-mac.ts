import { createHmac, timingSafeEqual } from 'node:crypto';

import { child, numberOf, octets, oidOf, tags } from './der.js';
import type { Der } from './der.js';
import { keyStoreRefused, malformed } from './malformed.js';
import { MAX_HASH_ITERATIONS, pbkdf2Key } from './password-encryption.js';
import { pkcs12Key, type Pkcs12Hash } from './pkcs12-password.js';

const hashes = new Map<string, Pkcs12Hash>([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
const hashBytes = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;
/** RFC 9579. */
const PBMAC1 = '1.2.840.113549.1.5.14';
const hmacs = new Map<string, Pkcs12Hash>([
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

/** Whether `content` has the MAC that `mac` (MacData) says, under `password`. */
export async function checkMac(mac: Der, content: Buffer, password: string): Promise<boolean> {
  const info = child(mac, 0, tags.sequence);
  const algorithm = child(info, 0, tags.sequence);
  const expected = octets(child(info, 1, tags.octets));
  const { hash, key } = await macKey(mac, algorithm, password);
  const actual = createHmac(hash, key).update(content).digest();
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

interface MacKey {
  readonly hash: Pkcs12Hash;
  readonly key: Buffer;
}

async function macKey(mac: Der, algorithm: Der, password: string): Promise<MacKey> {
  const oid = oidOf(child(algorithm, 0, tags.oid));
  if (oid === PBMAC1) return pbmac1Key(child(algorithm, 1, tags.sequence), password);
  const hash = hashes.get(oid);
  if (hash === undefined) throw keyStoreRefused(`has an integrity check that is not supported (${oid})`);
  const salt = octets(child(mac, 1, tags.octets));
  if (salt.length === 0) throw malformed('a salt is empty');
  const iterations = mac.children[2] === undefined ? 1 : numberOf(mac.children[2], MAX_HASH_ITERATIONS);
  const bytes = hashBytes[hash];
  return {
    hash,
    key: await pkcs12Key(password, { hash, purpose: 3, salt, iterations: Math.max(1, iterations), bytes }),
  };
}

async function pbmac1Key(parameters: Der, password: string): Promise<MacKey> {
  const oid = oidOf(child(child(parameters, 1, tags.sequence), 0, tags.oid));
  const hash = hmacs.get(oid);
  if (hash === undefined) throw keyStoreRefused(`has an integrity check that is not supported (${oid})`);
  const derivation = child(parameters, 0, tags.sequence);
  // keyLength must be there (RFC 9579 §5) and is the hash's in what is written.
  return { hash, key: await pbkdf2Key(derivation, password, keyLength(derivation) ?? hashBytes[hash]) };
}

function keyLength(derivation: Der): number | undefined {
  const length = child(derivation, 1, tags.sequence).children[2];
  return length?.tag === tags.integer ? numberOf(length, 1024) : undefined;
}
