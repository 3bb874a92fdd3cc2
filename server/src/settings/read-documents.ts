import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { defaultDocumentLimits } from '../core/documents/limits.js';
import { parseFile } from '../core/documents/parse-file.js';
import { isConfigServerError } from '../core/errors.js';
import { settingsInvalid } from './problems.js';
import type { FlatProperty } from './reference/flat.js';
import { systemReason } from './secret-files.js';

/** One document of a settings file, flat: `sources[0].uri`. */
export interface SettingsDocument {
  readonly properties: readonly FlatProperty[];
  /** Whether every value is a text, as in `.properties`. */
  readonly isText: boolean;
}

const limits = { ...defaultDocumentLimits, bytes: 1024 * 1024 };

/** The documents of the YAML or `.properties` file `path`; undefined where it is not there and may be missing. */
export async function readDocuments(
  path: string | undefined,
  mayMiss: boolean,
): Promise<SettingsDocument[] | undefined> {
  const bytes = path === undefined ? undefined : await readSettingsBytes(path, mayMiss);
  if (path === undefined || bytes === undefined) return undefined;
  return parseDocuments(path, bytes, 'settings');
}

/** The documents in `bytes`, which were read from the YAML, JSON or `.properties` file `path`. */
export function parseDocuments(path: string, bytes: Uint8Array, what: string): SettingsDocument[] {
  const isText = path.endsWith('.properties');
  return parse(path, bytes, what).map((properties) => ({ properties, isText }));
}

async function readSettingsBytes(path: string, mayMiss: boolean): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    if (size > limits.bytes) throw settingsInvalid([{ text: `The settings file ${path} has more than 1 MiB` }]);
    return await readFile(path);
  } catch (error) {
    if (isConfigServerError(error)) throw error;
    const reason = systemReason(error);
    if (mayMiss && reason === systemReason({ code: 'ENOENT' })) return undefined;
    throw settingsInvalid([{ text: `The settings file ${path} cannot be read: ${reason}` }], error);
  }
}

function parse(path: string, bytes: Uint8Array, what: string): FlatProperty[][] {
  const name = basename(path);
  try {
    const { documents } = parseFile(isKnown(name) ? name : `${name}.yml`, bytes, limits);
    return documents.map(({ properties }) =>
      [...properties].map(([key, { value, origin }]) => ({ name: key, value, where: place(name, origin) })),
    );
  } catch (error) {
    if (!isConfigServerError(error)) throw error;
    throw settingsInvalid([{ text: `The ${what} file ${path} cannot be read: ${error.message}` }], error);
  }
}

/** JSON is YAML; a file of any other name is read as YAML. */
function isKnown(name: string): boolean {
  return /\.(ya?ml|properties)$/.test(name);
}

function place(file: string, origin: string | undefined): string {
  const line = /^(\d+)/.exec(origin ?? '')?.[1];
  return line === undefined ? file : `${file} line ${line}`;
}
