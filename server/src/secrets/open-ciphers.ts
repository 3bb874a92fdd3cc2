import { createCiphers, type Ciphers, type CipherSuite } from './ciphers.js';
import { fromHex } from './encodings.js';
import { createKeyStoreKeyring } from './key-store-keyring.js';
import { openKeyStore } from './key-store/open-key-store.js';
import { emptyKeyring, type Keyring } from './keyring.js';
import { readPemKey } from './pem-key.js';
import { keyRefused } from './refusals.js';
import { createRsaKey } from './rsa-key.js';
import type { RsaPadding } from './rsa-secret.js';
import { createSingleKeyring } from './single-keyring.js';
import { createSymmetricKey } from './symmetric-key.js';
import type { CipherKey } from './cipher-key.js';

export interface KeyStoreOptions {
  readonly content: Buffer;
  readonly password: string;
  /** Null: the only key there is. */
  readonly alias: string | null;
  /** Password of the key; null: the store's. */
  readonly secret: string | null;
}

export interface RsaOptions {
  readonly padding: RsaPadding;
  readonly strong: boolean;
  /** Hexadecimal, or any text. */
  readonly salt: string;
}

/** What the settings say of keys. Without a key and a key store nothing can be decrypted. */
export interface KeyOptions {
  /** A password, or an RSA private key in PEM. */
  readonly key: string | null;
  /** Hexadecimal. */
  readonly salt: string;
  /** Keys that `key` has replaced; they open values of suite v2. */
  readonly previousKeys: readonly string[];
  /** Wins over `key`. */
  readonly keyStore: KeyStoreOptions | null;
  /** Of the keys of a key store; a key in PEM has the defaults, as in the reference. */
  readonly rsa: RsaOptions;
  readonly suite: CipherSuite;
}

const DEFAULT_SALT = 'deadbeef';

/** Makes ready the keys that `options` tell of. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function openCiphers(options: KeyOptions): Promise<Ciphers> {
  return createCiphers({ keyring: await openKeyring(options), suite: options.suite });
}

async function openKeyring(options: KeyOptions): Promise<Keyring> {
  const { key, keyStore, rsa } = options;
  if (keyStore !== null) {
    const { content, password, alias } = keyStore;
    const entries = await openKeyStore(content, password);
    const scheme = { padding: rsa.padding, strong: rsa.strong, salt: rsaSalt(rsa.salt) };
    return createKeyStoreKeyring({ entries, alias, secret: keyStore.secret ?? password, scheme });
  }
  if (key === null) return emptyKeyring;
  const salt = symmetricSalt(options.salt);
  const previous = await Promise.all(options.previousKeys.map((text) => cipherKey(text, salt)));
  return createSingleKeyring(await cipherKey(key, salt), previous);
}

async function cipherKey(text: string, salt: Buffer): Promise<CipherKey> {
  const privateKey = readPemKey(text);
  if (privateKey === undefined) return createSymmetricKey({ password: text, salt });
  return createRsaKey({ privateKey }, { padding: 'pkcs1', strong: false, salt: rsaSalt(DEFAULT_SALT) });
}

function symmetricSalt(text: string): Buffer {
  const salt = fromHex(text);
  if (salt !== undefined && salt.length > 0) return salt;
  throw keyRefused('`encryption.salt` (`encrypt.salt`) takes an even number of hexadecimal digits');
}

/** Any text is taken: one that is not hexadecimal stands for its bytes. */
function rsaSalt(text: string): Buffer {
  return fromHex(text) ?? Buffer.from(text);
}
