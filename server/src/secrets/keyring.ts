import type { CipherKey } from './cipher-key.js';

/** The keys that a server has. */
export interface Keyring {
  /** The key that the prefixes of a text choose; undefined where there is none, or its password is wrong. */
  find(prefixes: ReadonlyMap<string, string>): Promise<FoundKey | undefined>;
  /** The key that suite v2 names `id`; a key of `find` unless keys were rotated. */
  findById(id: string, prefixes: ReadonlyMap<string, string>): Promise<CipherKey | undefined>;
}

export interface FoundKey {
  readonly key: CipherKey;
  /** What suite v2 writes into a value, so that the key is found again after a rotation. */
  readonly id: () => Promise<string>;
}

/** A ring without keys. */
export const emptyKeyring: Keyring = {
  find: () => Promise.resolve(undefined),
  findById: () => Promise.resolve(undefined),
};
