import type { KeyStoreEntries } from './entries.js';
import { isJceks, isJks, readJks } from './jks.js';
import { keyStoreRefused } from './malformed.js';
import { readPkcs12 } from './pkcs12.js';

const SEQUENCE = 0x30;

/**
 * The entries of a key store, whose kind is told by its first bytes: keytool names a PKCS #12 file as it likes, and Java
 * reads either kind under either name.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export async function openKeyStore(bytes: Buffer, password: string): Promise<KeyStoreEntries> {
  if (isJks(bytes)) return readJks(bytes, password);
  if (bytes[0] === SEQUENCE) return readPkcs12(bytes, password);
  if (isJceks(bytes)) throw keyStoreRefused('is of the kind JCEKS; JKS and PKCS #12 are read');
  throw keyStoreRefused('is neither JKS nor PKCS #12');
}
