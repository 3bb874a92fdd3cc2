import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** Key stores whose integrity check is right for whatever content they are given. */

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const head = Buffer.from([tag, 0x84, 0, 0, 0, 0]);
  head.writeUInt32BE(content.length, 2);
  return Buffer.concat([head, content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const octets = (bytes: Uint8Array): Buffer => der(0x04, bytes);
const integer = (value: number): Buffer => der(0x02, Buffer.from([0, value]));
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const oids = {
  data: '2a864886f70d010701',
  pbmac1: '2a864886f70d01050e',
  pbkdf2: '2a864886f70d01050c',
  hmacSha256: '2a864886f70d0209',
};

/** PKCS #12 over the octets of an authenticated safe, its MAC as RFC 9579 has it. */
export function signedPkcs12(safe: Uint8Array, password: string): Buffer {
  const salt = Buffer.alloc(8, 1);
  const key = pbkdf2Sync(password, salt, 1, 32, 'sha256');
  const digest = createHmac('sha256', key).update(safe).digest();
  const prf = sequence(oid(oids.hmacSha256));
  const derivation = sequence(oid(oids.pbkdf2), sequence(octets(salt), integer(1), integer(32), prf));
  const algorithm = sequence(oid(oids.pbmac1), sequence(derivation, prf));
  const mac = sequence(sequence(algorithm, octets(digest)), octets(Buffer.from('NOT USED')), integer(1));
  return sequence(integer(3), sequence(oid(oids.data), der(0xa0, octets(safe))), mac);
}

/** A JKS file with another end: the digest of all before it. */
export function signedJks(content: Buffer, password: string): Buffer {
  const secret = Buffer.from(password, 'utf16le').swap16();
  const digest = createHash('sha1').update(secret).update('Mighty Aphrodite').update(content).digest();
  return Buffer.concat([content, digest]);
}
