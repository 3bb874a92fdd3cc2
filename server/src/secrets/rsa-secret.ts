/**
 * The 16 random bytes that stand, encrypted by RSA, before each text of the RSA scheme. Node refuses PKCS #1 v1.5 padding
 * for decryption where its OpenSSL has no implicit rejection, and its OAEP throws early; so the padding is taken off here,
 * with the same work for right and wrong, and what is wrong gives another secret instead of an error.
 */
import { constants, createHash, createHmac, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type RsaPadding = 'pkcs1' | 'oaep';

export const SECRET_BYTES = 16;
const SHA1_BYTES = 20;
/** The bytes before the secret that are neither padding's nor free: 00 02 … 00. */
const PKCS1_LEAST = 11;

const paddings = { pkcs1: constants.RSA_PKCS1_PADDING, oaep: constants.RSA_PKCS1_OAEP_PADDING } as const;

export function wrapSecret(publicKey: KeyObject, padding: RsaPadding, secret: Uint8Array): Buffer {
  // OAEP is Java's `RSA/ECB/OAEPPadding`: SHA-1, MGF1 with SHA-1, which are the defaults here too.
  return publicEncrypt({ key: publicKey, padding: paddings[padding] }, secret);
}

/** Takes secrets out of what `wrapSecret` made; a wrapped text of another origin gives some secret, the same each time. */
export function createUnwrap(privateKey: KeyObject, padding: RsaPadding): (wrapped: Uint8Array) => Buffer {
  const rejection = randomBytes(32);
  const unpad = padding === 'oaep' ? unpadOaep : unpadPkcs1;
  return (wrapped) => {
    const other = createHmac('sha256', rejection).update(wrapped).digest();
    const { wrong, secret } = unpad(rawDecrypt(privateKey, wrapped));
    const mask = (wrong | -wrong) >> 31;
    return Buffer.from(secret.map((byte, at) => (~mask & byte) | (mask & byteAt(other, at))));
  };
}

function rawDecrypt(key: KeyObject, wrapped: Uint8Array): Buffer {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped);
  } catch {
    // A number past the modulus, which everybody can tell.
    return Buffer.alloc(wrapped.length);
  }
}

interface Unpadded {
  /** 0 where the padding is right. */
  readonly wrong: number;
  readonly secret: Buffer;
}

/** 00 02, bytes other than 0, 00, secret (RFC 8017 §7.2.2); the secret has one length, so every place is known. */
function unpadPkcs1(block: Buffer): Unpadded {
  const end = block.length - SECRET_BYTES;
  let wrong = Number(block.length < PKCS1_LEAST + SECRET_BYTES) | byteAt(block, 0) | (byteAt(block, 1) ^ 2);
  for (let at = 2; at < end - 1; at += 1) wrong |= (byteAt(block, at) - 1) >>> 31;
  wrong |= byteAt(block, end - 1);
  return { wrong, secret: block.subarray(end) };
}

/** 00, masked seed, masked block of label hash, zeros, 01, secret (RFC 8017 §7.1.2). */
function unpadOaep(block: Buffer): Unpadded {
  const maskedSeed = block.subarray(1, 1 + SHA1_BYTES);
  const masked = block.subarray(1 + SHA1_BYTES);
  const seed = xor(maskedSeed, maskOf(masked, SHA1_BYTES));
  const plain = xor(masked, maskOf(seed, masked.length));
  const end = plain.length - SECRET_BYTES;
  const label = createHash('sha1').digest();
  let wrong = byteAt(block, 0) | (byteAt(plain, end - 1) ^ 1);
  for (let at = 0; at < SHA1_BYTES; at += 1) wrong |= byteAt(plain, at) ^ byteAt(label, at);
  for (let at = SHA1_BYTES; at < end - 1; at += 1) wrong |= byteAt(plain, at);
  return { wrong, secret: plain.subarray(end) };
}

/** MGF1 with SHA-1. */
function maskOf(seed: Uint8Array, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let counter = 0; counter * SHA1_BYTES < length; counter += 1) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    parts.push(createHash('sha1').update(seed).update(number).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}

function xor(bytes: Uint8Array, mask: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ byteAt(mask, at)));
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
