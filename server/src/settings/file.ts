import { createResolver } from 'cairn-config-client/values';

import type { Entry } from './entries.js';
import type { EnvironmentVariables } from './environment.js';
import type { LoadRequest } from './load.js';
import { settingsInvalid } from './problems.js';
import type { Problem } from './problems.js';
import { readDocuments } from './read-documents.js';
import type { SettingsDocument } from './read-documents.js';
import { recognizeFormat } from './recognize.js';
import type { SettingsFormat } from './recognize.js';
import type { FlatFile, FlatProperty } from './reference/flat.js';
import { activeDocuments } from './reference/active-documents.js';
import { uniformName } from './reference/relaxed.js';

/** A settings file as read, in either format; of the other format everything is empty. */
export interface SettingsFile {
  readonly path: string | undefined;
  readonly format: SettingsFormat;
  /** Ours: by the settings' paths. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The reference's: what applies to the active profiles, lowest first. */
  readonly documents: readonly (readonly FlatProperty[])[];
  readonly activeProfiles: string;
  readonly problems: readonly Problem[];
  /** Replaces `${NAME:default}` from the environment and the properties themselves. */
  readonly resolve: (flat: FlatFile) => FlatFile;
}

/** Reads the file that `request` names, or that is there by default. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function readSettingsFile(request: LoadRequest): Promise<SettingsFile> {
  const path = request.withoutFile === true ? undefined : (request.config ?? request.environment['CAIRN_CONFIG']);
  const documents = await readDocuments(
    path ?? (request.withoutFile === true ? undefined : 'cairn.yml'),
    path === undefined,
  );
  const empty = emptyFile(documents === undefined ? undefined : (path ?? 'cairn.yml'), request.environment);
  if (documents === undefined) return empty;
  const format = requestedFormat(request) ?? recognizeFormat(documents.flatMap((document) => names(document)));
  return format === 'cairn' ? ownFile(empty, documents) : referenceFile(empty, documents, request.environment);
}

function requestedFormat(request: LoadRequest): SettingsFormat | undefined {
  const named = request.environment['CAIRN_CONFIG_FORMAT'];
  if (request.format !== undefined || named === undefined || named === '') return request.format;
  if (named === 'cairn' || named === 'spring') return named;
  throw settingsInvalid([{ text: `\`CAIRN_CONFIG_FORMAT\` takes cairn or spring, not ${JSON.stringify(named)}` }]);
}

function names(document: SettingsDocument): string[] {
  return document.properties.map(({ name }) => name);
}

function emptyFile(path: string | undefined, variables: EnvironmentVariables): SettingsFile {
  return {
    path,
    format: 'cairn',
    entries: new Map(),
    documents: [],
    activeProfiles: '',
    problems: [],
    resolve: (flat) => resolveFlat(flat, variables),
  };
}

function ownFile(empty: SettingsFile, documents: readonly SettingsDocument[]): SettingsFile {
  const entries = new Map<string, Entry>();
  for (const { properties, isText } of documents) {
    for (const { name, value, where } of properties) entries.set(name, { name, value, where, convert: isText });
  }
  return { ...empty, entries };
}

async function referenceFile(
  empty: SettingsFile,
  documents: readonly SettingsDocument[],
  variables: EnvironmentVariables,
): Promise<SettingsFile> {
  const active = await activeDocuments(empty.path ?? '', documents, (flat) => resolveFlat(flat, variables), variables);
  return { ...empty, format: 'spring', documents: active.documents, activeProfiles: active.profiles.join(',') };
}

function resolveFlat(flat: FlatFile, variables: EnvironmentVariables): FlatFile {
  const resolve = createResolver((name) => lookup(name, flat, variables));
  const resolved = new Map<string, FlatProperty>();
  for (const [uniform, property] of flat) resolved.set(uniform, resolveProperty(property, resolve));
  return resolved;
}

function resolveProperty(property: FlatProperty, resolve: (text: string) => string): FlatProperty {
  if (typeof property.value !== 'string') return property;
  try {
    return { ...property, value: resolve(property.value) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'its placeholders cannot be resolved';
    throw settingsInvalid([{ text: `\`${property.name}\` (${property.where}): ${reason}` }], error);
  }
}

function lookup(name: string, flat: FlatFile, variables: EnvironmentVariables): FlatProperty['value'] | undefined {
  const variable = name.replaceAll(/[.-]/g, '_').toUpperCase();
  return variables[name] ?? variables[variable] ?? flat.get(uniformName(name))?.value;
}
