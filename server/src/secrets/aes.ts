import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const BLOCK = 16;
const TAG = 16;
/** Of both modes that the reference has, though GCM would do with less. */
export const IV_BYTES = 16;

const derive = promisify(pbkdf2);

/** A 256-bit key as the reference makes it of a password: PBKDF2 with HMAC-SHA-1, 1,024 rounds. */
export function passwordKey(password: string, salt: Uint8Array): Promise<Buffer> {
  return derive(password, salt, 1024, 32, 'sha1');
}

/** IV and ciphertext; not authenticated. */
export function sealCbc(key: Uint8Array, plain: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
}

/** What `sealCbc` was given; undefined for anything it cannot have made. */
export function openCbc(key: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < IV_BYTES + BLOCK || sealed.length % BLOCK !== 0) return undefined;
  const decipher = createDecipheriv('aes-256-cbc', key, sealed.subarray(0, IV_BYTES));
  // The padding is looked at here, in one way for right and wrong: OpenSSL would throw for wrong padding alone.
  decipher.setAutoPadding(false);
  return unpadded(Buffer.concat([decipher.update(sealed.subarray(IV_BYTES)), decipher.final()]));
}

function unpadded(padded: Buffer): Buffer | undefined {
  const size = padded.readUInt8(padded.length - 1);
  let wrong = Number(size === 0) | Number(size > BLOCK);
  for (let at = 1; at <= BLOCK; at += 1) {
    wrong |= Number(at <= size) * (padded.readUInt8(padded.length - at) ^ size);
  }
  return wrong === 0 ? padded.subarray(0, padded.length - size) : undefined;
}

export interface GcmOptions {
  readonly ivBytes: number;
  /** What is authenticated with the text but not part of it. */
  readonly bound?: Uint8Array;
}

/** IV, ciphertext and tag of 16 bytes. */
export function sealGcm(key: Uint8Array, plain: Uint8Array, { ivBytes, bound }: GcmOptions): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  if (bound !== undefined) cipher.setAAD(bound);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What `sealGcm` was given; undefined for anything it did not make with the same key and options. */
export function openGcm(key: Uint8Array, sealed: Uint8Array, { ivBytes, bound }: GcmOptions): Buffer | undefined {
  if (sealed.length < ivBytes + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: TAG });
  if (bound !== undefined) decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-TAG));
  const plain = decipher.update(sealed.subarray(ivBytes, -TAG));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
