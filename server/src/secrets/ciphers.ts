/**
 * secrets/: `{cipher}` values as Spring Cloud Config Server writes and reads them, and a suite of our own that authenticates.
 * Imports core only. Nothing here logs, and no error tells why a text cannot be decrypted.
 */
import { parsePrefixes, writePrefixes, type PrefixedText } from './cipher-text.js';
import type { Keyring } from './keyring.js';
import { noKey, noPublicKey, undecryptable } from './refusals.js';
import { sshPublicKey } from './ssh-public-key.js';
import { openV2, sealV2, SUITE_PREFIX, SUITE_VERSION } from './suite-v2.js';

/** `reference`: what Spring Cloud Config Server reads. `v2`: authenticated, for Cairn alone. */
export type CipherSuite = 'reference' | 'v2';

export interface Ciphers {
  /** Whether there is a key to encrypt with. */
  hasKey(): Promise<boolean>;
  /**
   * What stands behind `{cipher}` for `text`, which may begin with `{key:alias}{secret:password}` and `{plain}`.
   * @throws ConfigServerError NO_KEY
   */
  encrypt(text: string): Promise<string>;
  /**
   * The text of what `encrypt` or the reference made.
   * @throws ConfigServerError NO_KEY, CONFIG_CIPHER_INVALID, CONFIG_DECRYPTION_UNSUPPORTED
   */
  decrypt(cipher: string): Promise<string>;
  /** As a line of OpenSSH. @throws ConfigServerError CONFIG_PUBLIC_KEY_NOT_FOUND */
  publicKey(): Promise<string>;
}

export interface CiphersOptions {
  readonly keyring: Keyring;
  /** Of new values. */
  readonly suite: CipherSuite;
}

const KEY_COMMENT = 'application';
const none: ReadonlyMap<string, string> = new Map();

export function createCiphers({ keyring, suite }: CiphersOptions): Ciphers {
  return {
    hasKey: async () => (await keyring.find(none)) !== undefined,
    encrypt: (text) => encrypt(keyring, suite, parsePrefixes(text)),
    decrypt: (cipher) => {
      const parts = parsePrefixes(cipher);
      return parts.prefixes.has(SUITE_PREFIX) ? decryptV2(keyring, parts) : decrypt(keyring, parts);
    },
    publicKey: async () => {
      const publicKey = (await keyring.find(none))?.key.publicKey ?? null;
      if (publicKey === null) throw noPublicKey();
      return sshPublicKey(publicKey, KEY_COMMENT);
    },
  };
}

async function encrypt(keyring: Keyring, suite: CipherSuite, { prefixes, rest }: PrefixedText): Promise<string> {
  const chosen = new Map(prefixes);
  // A suite of another version cannot be asked for.
  chosen.delete(SUITE_PREFIX);
  const found = await keyring.find(chosen);
  if (found === undefined) throw noKey();
  if (suite === 'reference') return writePrefixes(chosen) + (await found.key.encrypt(rest));
  const key = await found.key.authenticated?.();
  if (key === undefined) throw noKey();
  const id = await found.id();
  const written = new Map([[SUITE_PREFIX, SUITE_VERSION], ...chosen, ['key', id]]);
  return writePrefixes(written) + sealV2(key, id, rest);
}

async function decrypt(keyring: Keyring, { prefixes, rest }: PrefixedText): Promise<string> {
  const found = await keyring.find(prefixes);
  if (found !== undefined) return found.key.decrypt(rest);
  if ((await keyring.find(none)) === undefined) throw noKey();
  throw undecryptable();
}

async function decryptV2(keyring: Keyring, { prefixes, rest }: PrefixedText): Promise<string> {
  const id = prefixes.get('key') ?? '';
  if (prefixes.get(SUITE_PREFIX) !== SUITE_VERSION) throw undecryptable();
  const authenticated = (await keyring.findById(id, prefixes))?.authenticated;
  const text = authenticated == null ? undefined : openV2(await authenticated(), id, rest);
  if (text === undefined) throw undecryptable();
  return text;
}
