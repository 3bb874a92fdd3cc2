import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  pbkdf2Sync,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';

/** The reference's schemes once more, straight from their description, to check ours against. */
function keyOf(password: string, salt: string): Buffer {
  return pbkdf2Sync(password, Buffer.from(salt, 'hex'), 1024, 32, 'sha1');
}

export function symmetricEncrypt(password: string, salt: string, text: string): string {
  const iv = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const cipher = createCipheriv('aes-256-cbc', keyOf(password, salt), iv);
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('hex');
}

export function symmetricDecrypt(password: string, salt: string, hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  const decipher = createDecipheriv('aes-256-cbc', keyOf(password, salt), bytes.subarray(0, 16));
  return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString('utf8');
}

export interface RsaChoice {
  readonly padding: 'pkcs1' | 'oaep';
  readonly strong: boolean;
}

const paddings = { pkcs1: constants.RSA_PKCS1_PADDING, oaep: constants.RSA_PKCS1_OAEP_PADDING };

export function rsaEncrypt(key: KeyObject, { padding, strong }: RsaChoice, text: string): string {
  const secret = Buffer.from('f0e1d2c3b4a5968778695a4b3c2d1e0f', 'hex');
  const wrapped = publicEncrypt({ key: createPublicKey(key), padding: paddings[padding] }, secret);
  const iv = Buffer.alloc(16, 7);
  const aes = keyOf(secret.toString('hex'), 'deadbeef');
  const sealed = Buffer.concat([iv, strong ? gcm(aes, iv, text) : cbc(aes, iv, text)]);
  return Buffer.concat([Buffer.from([wrapped.length >> 8, wrapped.length & 0xff]), wrapped, sealed]).toString('base64');
}

function cbc(key: Buffer, iv: Buffer, text: string): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
}

function gcm(key: Buffer, iv: Buffer, text: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

export function rsaDecrypt(key: KeyObject, { padding, strong }: RsaChoice, base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const length = bytes.readUInt16BE();
  const wrapped = bytes.subarray(2, 2 + length);
  const sealed = bytes.subarray(2 + length);
  const aes = keyOf(unwrap(key, padding, wrapped).toString('hex'), 'deadbeef');
  const iv = sealed.subarray(0, 16);
  if (!strong) {
    const decipher = createDecipheriv('aes-256-cbc', aes, iv);
    return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]).toString('utf8');
  }
  const decipher = createDecipheriv('aes-256-gcm', aes, iv);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(16, -16)), decipher.final()]).toString('utf8');
}

// Node 20 does not take PKCS #1 v1.5 off by itself.
function unwrap(key: KeyObject, padding: RsaChoice['padding'], wrapped: Buffer): Buffer {
  if (padding === 'oaep') return privateDecrypt({ key, padding: paddings.oaep }, wrapped);
  return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped).subarray(-16);
}
