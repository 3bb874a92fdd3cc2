/**
 * settings/: from files, environment and arguments to one object that is right in every part, or an error that says all
 * that is wrong. May import core/ only.
 */
import { buildSettings } from './build.js';
import { decryptEntries } from './decrypt-entries.js';
import { mergeEntries } from './entries.js';
import type { Entry } from './entries.js';
import { environmentEntries } from './environment.js';
import type { EnvironmentVariables } from './environment.js';
import { readSettingsFile } from './file.js';
import type { SettingsFile } from './file.js';
import { settingsInvalid } from './problems.js';
import type { Problem } from './problems.js';
import type { SettingsFormat } from './recognize.js';
import { mergeDocuments } from './reference/flat.js';
import { translate } from './reference/translate.js';
import { variableProfiles, variableProperties } from './reference/variables.js';
import { profileNames } from './reference/relaxed.js';
import type { EncryptionSettings } from './sections/encryption.js';
import type { Settings } from './schema.js';
import { readSecretFiles } from './secret-files.js';
import { requireSettledSecurity, requireUsablePolicy } from './security-check.js';

export interface LoadRequest {
  /** The settings file; without it `CAIRN_CONFIG`, else `cairn.yml` where there is one. */
  readonly config?: string;
  readonly format?: SettingsFormat;
  /** By the setting's path, as arguments gave them; they win over all else. */
  readonly values?: ReadonlyMap<string, { readonly name: string; readonly value: string }>;
  /** Whether `values` say everything, so that neither `cairn.yml` nor `CAIRN_CONFIG` is read. */
  readonly withoutFile?: boolean;
  /** Whether what to serve, and to whom, may be left open: for commands that serve nothing. */
  readonly withoutServing?: boolean;
  readonly environment: EnvironmentVariables;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** What the file says that has no effect; for the log. */
  readonly notices: readonly string[];
  /** The settings file, as it was named. */
  readonly file: string | undefined;
}

/** Makes ready to decrypt settings that are ciphers themselves, by the keys that the settings tell of. */
export type SettingsDecryption = (encryption: EncryptionSettings) => Promise<(cipher: string) => Promise<string>>;

/**
 * Lays the sources of settings one on another: defaults, file, `SPRING_…`, `CAIRN_…`, arguments; later wins.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID with everything that is wrong, CONFIG_SECURITY_UNSETTLED
 */
export async function loadSettings(request: LoadRequest, decryption?: SettingsDecryption): Promise<LoadedSettings> {
  const file = await readSettingsFile(request);
  const { layers, problems, notices } = fileLayers(file, request.environment);
  const all = [...layers, environmentEntries(request.environment), argumentEntries(request)];
  const read = await Promise.all(all.map((layer) => readSecretFiles(layer)));
  const opened = await decryptEntries(mergeEntries(read.map(({ entries }) => entries)), decryption);
  const built = buildSettings(opened.entries);
  const found = [
    ...[...file.problems, ...problems],
    ...read.flatMap((layer) => layer.problems),
    ...[...opened.problems, ...built.problems],
  ];
  if (found.length > 0 || built.settings === undefined) throw settingsInvalid(found);
  if (request.withoutServing === true) return { settings: built.settings, notices, file: file.path };
  requireSettledSecurity(built.settings);
  requireUsablePolicy(built.settings);
  if (built.settings.sources.length === 0) throw settingsInvalid([noSource(file)]);
  return { settings: built.settings, notices, file: file.path };
}

interface FileLayers {
  readonly layers: readonly ReadonlyMap<string, Entry>[];
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
}

function fileLayers(file: SettingsFile, variables: EnvironmentVariables): FileLayers {
  const isReference = file.format === 'spring';
  const properties = variableProperties(variables, isReference);
  const profiles = profileNames(variableProfiles(variables) ?? file.activeProfiles);
  const flat = file.resolve(mergeDocuments([...file.documents, properties]));
  const { entries, problems, notices } = translate(flat, profiles);
  return { layers: [file.entries, entries], problems, notices };
}

function argumentEntries(request: LoadRequest): Map<string, Entry> {
  const entries = [...(request.values ?? [])].map(([path, { name, value }]): [string, Entry] => [
    path,
    { name, value, convert: true, where: 'the arguments' },
  ]);
  return new Map(entries);
}

function noSource(file: SettingsFile): Problem {
  const where = file.path === undefined ? 'There is no settings file, and nothing' : `Nothing in ${file.path}`;
  return {
    text:
      `${where} says what to serve. In cairn.yml write\n` +
      '      sources:\n        - type: git\n          uri: https://git.example.com/shop/config.git\n' +
      "    or set CAIRN_SOURCES__0__TYPE=git and CAIRN_SOURCES__0__URI; a file with the reference's names has " +
      '`spring.cloud.config.server.git.uri`. To try it without a repository: cairn serve --demo FOLDER',
  };
}
