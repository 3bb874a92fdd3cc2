import { scrypt } from 'node:crypto';

import { openCbc, passwordKey, sealCbc } from './aes.js';
import type { CipherKey } from './cipher-key.js';
import { fromHex, fromUtf8 } from './encodings.js';
import { undecryptable } from './refusals.js';

export interface SymmetricKeyOptions {
  readonly password: string;
  readonly salt: Uint8Array;
}

/** About 32 MiB and a tenth of a second, once a server. */
const scryptCost = { N: 32768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** The reference's scheme for a text as key: AES-256-CBC in hexadecimal. */
export async function createSymmetricKey({ password, salt }: SymmetricKeyOptions): Promise<CipherKey> {
  const key = await passwordKey(password, salt);
  let derived: Promise<Buffer> | undefined;
  return {
    encrypt: (text) => Promise.resolve(sealCbc(key, Buffer.from(text)).toString('hex')),
    decrypt: (cipher) => Promise.resolve().then(() => open(key, cipher)),
    publicKey: null,
    authenticated: () => (derived ??= stretched(password, salt)),
  };
}

function open(key: Uint8Array, cipher: string): string {
  const plain = openCbc(key, fromHex(cipher) ?? Buffer.alloc(0));
  const text = plain === undefined ? undefined : fromUtf8(plain);
  if (text === undefined) throw undecryptable();
  return text;
}

function stretched(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.concat([Buffer.from('cairn cipher v2'), salt]), 32, scryptCost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
