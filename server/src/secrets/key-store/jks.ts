import { createHash, timingSafeEqual } from 'node:crypto';

import { fromUtf8 } from '../encodings.js';
import { child, octets, oidOf, readDer, tags } from './der.js';
import { certificateEntry, type KeyStoreEntries, type KeyStoreEntry } from './entries.js';
import { keyStoreRefused, malformed, wrongPassword } from './malformed.js';

const DIGEST = 20;
const PRIVATE_KEY = 1;
const CERTIFICATE = 2;
const MAX_ENTRIES = 10_000;
/** Sun's protection of keys. */
const KEY_PROTECTOR = '1.3.6.1.4.1.42.2.17.1.1';
/** Java's own words in the integrity digest. */
const WHITENER = 'Mighty Aphrodite';

export function isJks(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE() === 0xfeedfeed;
}

export function isJceks(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE() === 0xcececece;
}

/** The entries of a key store of Java's own kind. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function readJks(bytes: Buffer, password: string): KeyStoreEntries {
  checkDigest(bytes, password);
  const reader = createReader(bytes.subarray(4, -DIGEST));
  const version = reader.number();
  if (version !== 1 && version !== 2) throw keyStoreRefused(`is JKS of version ${version}; versions 1 and 2 are read`);
  const count = reader.number();
  if (count > MAX_ENTRIES) throw malformed(`it announces more than ${MAX_ENTRIES} entries`);
  const entries = new Map<string, KeyStoreEntry>();
  for (let i = 0; i < count; i += 1) {
    const [alias, entry] = readEntry(reader, version);
    entries.set(alias.toLowerCase(), entry);
  }
  return entries;
}

function checkDigest(bytes: Buffer, password: string): void {
  if (bytes.length < 12 + DIGEST) throw malformed('it is too short');
  const digest = createHash('sha1')
    .update(passwordBytes(password))
    .update(WHITENER)
    .update(bytes.subarray(0, -DIGEST))
    .digest();
  if (!timingSafeEqual(digest, bytes.subarray(-DIGEST))) throw wrongPassword();
}

/** UTF-16, big-endian. */
function passwordBytes(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

interface Reader {
  number(): number;
  skip(bytes: number): void;
  text(): string;
  /** Bytes after their length in four bytes. */
  block(): Buffer;
}

function createReader(bytes: Buffer): Reader {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw malformed('it ends within an entry');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    number: () => take(4).readUInt32BE(),
    skip: (length) => void take(length),
    text: () => fromUtf8(take(take(2).readUInt16BE())) ?? '',
    block: () => take(take(4).readUInt32BE()),
  };
}

function readEntry(reader: Reader, version: number): [string, KeyStoreEntry] {
  const kind = reader.number();
  const alias = reader.text();
  // The date.
  reader.skip(8);
  if (kind === CERTIFICATE) return [alias, certificateEntry(readCertificate(reader, version))];
  if (kind !== PRIVATE_KEY) throw malformed('an entry is neither a key nor a certificate');
  const sealed = reader.block();
  const chain: Buffer[] = [];
  for (let left = reader.number(); left > 0; left -= 1) chain.push(readCertificate(reader, version));
  return [alias, { kind: 'private-key', chain, unlock: (password) => Promise.resolve(unprotect(sealed, password)) }];
}

function readCertificate(reader: Reader, version: number): Buffer {
  if (version === 2) reader.text();
  return reader.block();
}

/** Salt, key under a stream of chained digests, digest over password and key. */
function unprotect(sealed: Buffer, password: string): Buffer | undefined {
  const info = readDer(sealed);
  const oid = oidOf(child(child(info, 0, tags.sequence), 0, tags.oid));
  if (oid !== KEY_PROTECTOR) throw keyStoreRefused(`protects its keys by an algorithm that is not supported (${oid})`);
  const data = octets(child(info, 1, tags.octets));
  if (data.length <= 2 * DIGEST) throw malformed('a key is too short');
  const secret = passwordBytes(password);
  const masked = data.subarray(DIGEST, -DIGEST);
  const mask = keyStream(secret, data.subarray(0, DIGEST), masked.length);
  const key = Buffer.from(masked.map((byte, at) => byte ^ (mask[at] ?? 0)));
  const digest = createHash('sha1').update(secret).update(key).digest();
  return timingSafeEqual(digest, data.subarray(-DIGEST)) ? key : undefined;
}

function keyStream(secret: Buffer, salt: Buffer, length: number): Buffer {
  const parts: Buffer[] = [];
  let digest = salt;
  for (let made = 0; made < length; made += DIGEST) {
    digest = createHash('sha1').update(secret).update(digest).digest();
    parts.push(digest);
  }
  return Buffer.concat(parts);
}
