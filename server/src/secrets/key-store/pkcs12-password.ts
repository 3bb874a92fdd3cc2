import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** A few milliseconds of work. */
const AT_ONCE = 1000;

export type Pkcs12Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

export interface Pkcs12KeyOptions {
  readonly hash: Pkcs12Hash;
  /** 1: a key, 2: an initialization vector, 3: a key for the integrity check. */
  readonly purpose: 1 | 2 | 3;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly bytes: number;
}

/** What a password gives in PKCS #12's own way (RFC 7292, appendix B.2). */
export async function pkcs12Key(password: string, options: Pkcs12KeyOptions): Promise<Buffer> {
  const { hash, purpose, salt, iterations, bytes } = options;
  const block = hash === 'sha384' || hash === 'sha512' ? 128 : 64;
  const diversifier = Buffer.alloc(block, purpose);
  const input = Buffer.concat([filled(salt, block), filled(passwordBytes(password), block)]);
  const parts: Buffer[] = [];
  for (let made = 0; made < bytes;) {
    const part = await hashed(hash, Buffer.concat([diversifier, input]), iterations);
    parts.push(part);
    made += part.length;
    addToBlocks(input, filled(part, block).subarray(0, block));
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

/** UTF-16, big-endian, with a zero at the end. */
function passwordBytes(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}

function filled(bytes: Uint8Array, block: number): Buffer {
  const length = block * Math.ceil(bytes.length / block);
  return Buffer.from(Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0));
}

/** Node has no iterated hash off the event loop, so others get their turn in between. */
async function hashed(hash: Pkcs12Hash, bytes: Buffer, iterations: number): Promise<Buffer> {
  let digest = bytes;
  for (let i = 1; i <= iterations; i += 1) {
    digest = createHash(hash).update(digest).digest();
    if (i % AT_ONCE === 0) await setImmediate();
  }
  return digest;
}

/** Adds `addend` and one to each block of `input`, as numbers. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1;
    for (let i = addend.length - 1; i >= 0; i -= 1) {
      carry += input.readUInt8(start + i) + addend.readUInt8(i);
      input.writeUInt8(carry & 0xff, start + i);
      carry >>= 8;
    }
  }
}
