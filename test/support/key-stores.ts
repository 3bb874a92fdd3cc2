import { readFileSync } from 'node:fs';
import { createPrivateKey, type KeyObject } from 'node:crypto';

import { openCiphers, type KeyOptions } from '#server/secrets/open-ciphers.js';
import type { Ciphers } from '#server/secrets/ciphers.js';

const folder = new URL('../../fixtures/', import.meta.url);

export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, folder));
}

export function keyStoreFile(name: string): Buffer {
  return fixture(`key-stores/${name}`);
}

/** The key `mykey` of all key stores. */
export const myPem: string = keyStoreFile('mykey-pkcs1.pem').toString();
export const myKey: KeyObject = createPrivateKey(myPem);

export const keyDefaults: KeyOptions = {
  key: null,
  salt: 'deadbeef',
  previousKeys: [],
  keyStore: null,
  rsa: { padding: 'pkcs1', strong: false, salt: 'deadbeef' },
  suite: 'reference',
};

/** Ciphers with these keys; a key store by its file's name. */
export function aCiphers(options: Partial<KeyOptions> & { readonly store?: string } = {}): Promise<Ciphers> {
  const { store, ...rest } = options;
  const keyStore =
    store === undefined ? null : { content: keyStoreFile(store), password: 'letmein', alias: 'mykey', secret: null };
  return openCiphers({ ...keyDefaults, keyStore, ...rest });
}
