import { parseFile } from '../core/documents/parse-file.js';
import type { ParseFile } from '../core/documents/parse-file.js';
import { noIdentities, readAgeIdentities } from '../secrets/sops/age.js';
import { createSopsReader } from '../secrets/sops/read-sops-files.js';
import type { EncryptionSettings } from '../settings/sections/encryption.js';

/** How the files of all sources become documents. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function parseFileOf({ sops, age }: EncryptionSettings): Promise<ParseFile> {
  const identities = age.identities === null ? noIdentities : await readAgeIdentities(age.identities);
  return sops ? createSopsReader(identities) : parseFile;
}
