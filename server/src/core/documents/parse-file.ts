/**
 * Files of a snapshot → flat property documents, as the reference reads them. Pure; what one file may cost is bounded by
 * `DocumentLimits`, and everything that cannot be taken is CONFIG_FILE_INVALID with file, line and column.
 */
import type { Property } from '../environment.js';
import { composeDocuments } from './compose.js';
import { decodeYaml } from './decode.js';
import { createFlattener } from './flatten.js';
import type { DocumentLimits } from './limits.js';
import type { ContentNode } from './nodes.js';
import { parseProperties } from './properties-file.js';
import { invalidFile, type Source } from './source.js';

/** One document of a file. */
export interface ParsedDocument {
  /** Position among the documents of the file that have content, from 0. */
  readonly index: number;
  /** Flat keys in the order of the file. Empty for a document that is an empty map. */
  readonly properties: ReadonlyMap<string, Property>;
}

export interface ParsedFile {
  /** Documents without content (nothing between two separators, null) are left out and not counted, as in the reference. */
  readonly documents: readonly ParsedDocument[];
  /** Names of property sources carry ` (document #n)` where this is not 1. */
  readonly documentCount: number;
  /** About what the parsed file holds in memory, for caches. */
  readonly bytes: number;
}

/** How the bytes of a file become its documents: `parseFile`, or something around it that decrypts first. */
export type ParseFile = (path: string, bytes: Uint8Array, limits: DocumentLimits) => ParsedFile | Promise<ParsedFile>;

/**
 * Parses a `.yml`, `.yaml` or `.properties` file; `path` (within the repository) is what errors name.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function parseFile(path: string, bytes: Uint8Array, limits: DocumentLimits): ParsedFile {
  return toParsedFile(readDocuments(path, bytes, limits));
}

/**
 * The last step of `parseFile` for a YAML file, over documents that were composed and perhaps changed.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function flattenDocuments(source: Source, roots: Iterable<ContentNode>): ParsedFile {
  return toParsedFile(flattenAll(source, roots));
}

function readDocuments(
  path: string,
  bytes: Uint8Array,
  limits: DocumentLimits,
): readonly ReadonlyMap<string, Property>[] {
  if (path.endsWith('.properties')) return parseProperties(path, bytes, limits);
  if (/\.ya?ml$/.test(path)) return parseYaml(path, bytes, limits);
  throw invalidFile(path, 'its name does not end in .yml, .yaml or .properties');
}

function parseYaml(path: string, bytes: Uint8Array, limits: DocumentLimits): readonly ReadonlyMap<string, Property>[] {
  const source = decodeYaml(path, bytes, limits);
  return flattenAll(source, composeDocuments(source));
}

function flattenAll(source: Source, roots: Iterable<ContentNode>): readonly ReadonlyMap<string, Property>[] {
  const flattener = createFlattener(source);
  return Array.from(roots, (root) => flattener.flatten(root)).filter((properties) => properties !== undefined);
}

function toParsedFile(contents: readonly ReadonlyMap<string, Property>[]): ParsedFile {
  const documents = contents.map((properties, index) => ({ index, properties }));
  return { documents, documentCount: documents.length, bytes: heldBytes(documents) };
}

/** A map entry with its property object, and the strings that hang on them. */
const entryBytes = 150;

function heldBytes(documents: readonly ParsedDocument[]): number {
  let bytes = 200;
  for (const { properties } of documents) {
    for (const [key, { value }] of properties) bytes += entryBytes + 2 * (key.length + String(value).length);
  }
  return bytes;
}
