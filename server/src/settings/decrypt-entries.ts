import { isConfigServerError } from '../core/errors.js';
import { buildSettings } from './build.js';
import type { Entries, Entry } from './entries.js';
import type { SettingsDecryption } from './load.js';
import { named } from './problems.js';
import type { Problem } from './problems.js';

export interface DecryptedEntries {
  readonly entries: Entries;
  readonly problems: readonly Problem[];
}

const mark = '{cipher}';
const section = 'encryption.';

/**
 * Settings that begin with `{cipher}` themselves, as in a settings file that is kept in a repository, decrypted by the keys
 * of the section `encryption`.
 */
export async function decryptEntries(entries: Entries, decryption?: SettingsDecryption): Promise<DecryptedEntries> {
  const sealed = [...entries].filter(([path, { value }]) => isCipher(value) && !path.startsWith(section));
  const { settings } = buildSettings(new Map([...entries].filter(([path]) => path.startsWith(section))));
  // Where the keys' own settings are wrong, that is said in its place.
  if (sealed.length === 0 || decryption === undefined || settings === undefined) return { entries, problems: [] };
  const decrypt = await decryption(settings.encryption);
  const opened = new Map(entries);
  const problems: Problem[] = [];
  for (const [path, entry] of sealed) {
    const text = await decrypt(String(entry.value).slice(mark.length)).catch(nullIfRefused);
    if (text === null && settings.encryption['fail-on-error']) problems.push(undecryptable(entry));
    // Never the ciphertext: it would become a password.
    opened.set(path, { ...entry, value: text ?? '', convert: true, isDecrypted: true });
  }
  return { entries: opened, problems };
}

function isCipher(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(mark);
}

function nullIfRefused(error: unknown): null {
  if (isConfigServerError(error)) return null;
  throw error;
}

function undecryptable(entry: Entry): Problem {
  return {
    text: `${named(entry)} is a {cipher} value that cannot be decrypted by the keys of the section \`encryption\``,
  };
}
