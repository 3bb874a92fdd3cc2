import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { ConfigServerError } from '../core/errors.js';
import type { Ciphers } from '../secrets/ciphers.js';
import { openCiphers, type KeyStoreOptions } from '../secrets/open-ciphers.js';
import { systemReason } from '../settings/secret-files.js';
import type { EncryptionSettings, KeyStoreSettings } from '../settings/sections/encryption.js';

const MAX_KEY_STORE_BYTES = 4 * 1024 * 1024;
const LOCATION = '`encryption.key-store.location` (`encrypt.key-store.location`)';

/** The keys that the settings tell of. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function ciphersOf(settings: EncryptionSettings): Promise<Ciphers> {
  const { key, salt, rsa, suite } = settings;
  return openCiphers({
    key,
    salt,
    previousKeys: settings['previous-keys'],
    keyStore: await keyStoreOf(settings['key-store']),
    rsa: { padding: rsa.algorithm === 'oaep' ? 'oaep' : 'pkcs1', strong: rsa.strong, salt: rsa.salt },
    suite,
  });
}

/** What the settings of keys say that has no effect, for the log. */
export function encryptionNotices({ key, rsa, 'key-store': { location } }: EncryptionSettings): readonly string[] {
  const isRsaSet = rsa.algorithm !== 'default' || rsa.strong || rsa.salt !== 'deadbeef';
  if (location !== null) {
    return key === null ? [] : ['`encryption.key` has no effect: `encryption.key-store` wins over it'];
  }
  if (!isRsaSet) return [];
  return ['`encryption.rsa` has no effect: it is for keys of a key store, and there is none (as in the reference)'];
}

async function keyStoreOf({ location, password, alias, secret }: KeyStoreSettings): Promise<KeyStoreOptions | null> {
  if (location === null) return null;
  return { content: await readKeyStore(pathOf(location)), password: password ?? '', alias, secret };
}

function pathOf(location: string): string {
  if (location.startsWith('classpath:')) {
    throw refused(`is ${location}, and there is no class path here; it takes the path of a file`);
  }
  if (/^file:\/\//.test(location)) return fileURLToPath(location);
  return location.replace(/^file:/, '');
}

async function readKeyStore(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: unknown) => {
    throw refused(`names a file that cannot be read: ${systemReason(error)}`);
  });
  try {
    const content = Buffer.alloc(MAX_KEY_STORE_BYTES + 1);
    const { bytesRead } = await file.read(content, 0, content.length, 0);
    if (bytesRead > MAX_KEY_STORE_BYTES) throw refused(`names a file of more than ${MAX_KEY_STORE_BYTES} bytes`);
    return content.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof ConfigServerError) throw error;
    throw refused(`names a file that cannot be read: ${systemReason(error)}`);
  } finally {
    await file.close();
  }
}

function refused(why: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `${LOCATION} ${why}`);
}
