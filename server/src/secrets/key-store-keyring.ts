import type { KeyObject } from 'node:crypto';

import type { ConfigServerError } from '../core/errors.js';
import type { CipherKey } from './cipher-key.js';
import type { KeyStoreEntries, KeyStoreEntry } from './key-store/entries.js';
import { createGate } from './gate.js';
import { keyStoreRefused } from './key-store/malformed.js';
import type { FoundKey, Keyring } from './keyring.js';
import { MIN_RSA_BITS, privateKeyOf, rsaProblem } from './pem-key.js';
import { createRsaKey, type RsaScheme } from './rsa-key.js';

export interface KeyStoreKeyringOptions {
  readonly entries: KeyStoreEntries;
  /** Of texts that name no alias; null: the only key there is. */
  readonly alias: string | null;
  /** Of keys whose texts give none. */
  readonly secret: string;
  readonly scheme: RsaScheme;
}

const MOST_UNLOCKED = 100;
const MOST_WAITING = 100;
const none: ReadonlyMap<string, string> = new Map();

/**
 * The keys of a key store: `{key:alias}` and `{secret:password}` choose another than the default, so that values under an
 * old alias stay readable.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID where the default key cannot be had
 */
export async function createKeyStoreKeyring(options: KeyStoreKeyringOptions): Promise<Keyring> {
  const { entries, scheme } = options;
  const usual = { alias: options.alias ?? onlyKey(entries), secret: options.secret };
  // Each key by the password that opened it; wrong passwords are not kept.
  const unlocked = new Map<string, CipherKey>();

  // Opening a key takes work, which is what protects its password; requests must not take all there is.
  const gate = createGate(MOST_WAITING);

  const unlock = async (name: string, { alias, secret }: KeyChoice): Promise<CipherKey | undefined> => {
    const key = unlocked.get(name) ?? (await keyOf(entries.get(alias.toLowerCase()), secret, scheme));
    if (key !== undefined && unlocked.size < MOST_UNLOCKED) unlocked.set(name, key);
    return key;
  };
  const open = async (choice: KeyChoice): Promise<CipherKey | undefined> => {
    const name = JSON.stringify([choice.alias.toLowerCase(), choice.secret]);
    return unlocked.get(name) ?? (await gate(() => unlock(name, choice)));
  };
  const find = async (prefixes: ReadonlyMap<string, string>): Promise<FoundKey | undefined> => {
    const alias = prefixes.get('key') ?? usual.alias;
    const key = await open({ alias, secret: prefixes.get('secret') ?? usual.secret });
    return key && { key, id: () => Promise.resolve(alias) };
  };
  if ((await find(none)) === undefined) throw await whyNoKey(entries, usual);
  return { find, findById: async (_id, prefixes) => (await find(prefixes))?.key };
}

interface KeyChoice {
  readonly alias: string;
  readonly secret: string;
}

function onlyKey(entries: KeyStoreEntries): string {
  const keys = [...entries].filter(([, { kind }]) => kind === 'private-key').map(([alias]) => alias);
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return only;
  throw keyStoreRefused(`has ${keys.length} keys, so its \`alias\` must say which one is meant: ${listed(keys)}`);
}

async function keyOf(
  entry: KeyStoreEntry | undefined,
  secret: string,
  scheme: RsaScheme,
): Promise<CipherKey | undefined> {
  if (entry === undefined) return undefined;
  if (entry.kind === 'certificate') return isUsable(entry.publicKey) ? createRsaKey(entry, scheme) : undefined;
  // A key under an algorithm that is not supported is as good as none, unless it is the default.
  const der = await entry.unlock(secret).catch(() => undefined);
  const privateKey = der === undefined ? undefined : privateKeyOf(der, 'pkcs8');
  return privateKey !== undefined && isUsable(privateKey) ? createRsaKey({ privateKey }, scheme) : undefined;
}

function isUsable(key: KeyObject): boolean {
  return rsaProblem(key) === undefined;
}

async function whyNoKey(entries: KeyStoreEntries, { alias, secret }: KeyChoice): Promise<ConfigServerError> {
  const entry = entries.get(alias.toLowerCase());
  const name = JSON.stringify(alias);
  if (entry === undefined) return keyStoreRefused(`has no alias ${name}; it has ${listed([...entries.keys()])}`);
  if (entry.kind === 'private-key' && (await entry.unlock(secret)) === undefined) {
    return keyStoreRefused(`has a key ${name} that \`secret\` (\`password\`, where there is none) does not open`);
  }
  return keyStoreRefused(`has a key ${name} that is not RSA of at least ${MIN_RSA_BITS} bits, which is what is taken`);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : [...names].sort().join(', ');
}
