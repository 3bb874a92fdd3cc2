import type { Scalar } from 'cairn-config-client/values';
import { assemble } from '#server/core/assemble.js';
import type { AssembledFile, AssembleLimits, LoadedFiles } from '#server/core/assembly.js';
import { isConfigServerError } from '#server/core/errors.js';
import type { FilePosition } from '#server/core/errors.js';
import type { Property } from '#server/core/environment.js';
import { createPlan } from '#server/core/plan.js';
import { parseQuery } from '#server/core/query.js';
import { expandSearchPaths } from '#server/core/search-paths.js';
import { expectError } from './expect-error.js';

/** A document as flat properties; their origins count lines from 1. */
export type FlatDocument = Readonly<Record<string, Scalar>>;
/** Path → its documents. */
export type FlatFiles = Readonly<Record<string, FlatDocument | readonly FlatDocument[]>>;

export interface AssembleRequest {
  readonly files: FlatFiles;
  readonly application?: string;
  readonly profiles?: string;
  readonly searchPaths?: readonly string[];
  readonly limits?: AssembleLimits;
}

/** Assembles until complete, as snapshot-backend does, and names the sources: `orders.yml`, `orders.yml#1`. */
export function assembledNames(request: AssembleRequest): readonly string[] {
  const files = new Map(Object.entries(request.files).map(([path, documents]) => [path, toFile(documents)]));
  const loaded = new Map<string, AssembledFile>();
  const source: LoadedFiles = { exists: (path) => files.has(path), get: (path) => loaded.get(path) };
  for (;;) {
    const assembly = assemble(planOf(request), source, request.limits);
    if (assembly.kind === 'complete')
      return assembly.sources.map(({ path, document }) => (document === null ? path : `${path}#${document}`));
    for (const path of assembly.needs) loaded.set(path, files.get(path)!);
  }
}

/** Expects CONFIG_FILE_INVALID, and returns what it says and where. */
export async function expectInvalidFiles(
  request: AssembleRequest,
): Promise<{ readonly message: string; readonly position: FilePosition | undefined }> {
  const error = await expectError('CONFIG_FILE_INVALID', () => assembledNames(request));
  return { message: error.message, position: isConfigServerError(error) ? error.position : undefined };
}

function planOf({ application = 'orders', profiles = 'default', searchPaths = ['/'] }: AssembleRequest) {
  const query = parseQuery({ application, profiles });
  const values = { applications: query.applications, profiles: query.profiles, labels: [] };
  return createPlan(query, expandSearchPaths(searchPaths, { values, directories: () => [] }));
}

function toFile(documents: FlatDocument | readonly FlatDocument[]): AssembledFile {
  const list: readonly FlatDocument[] = Array.isArray(documents) ? documents : [documents as FlatDocument];
  return {
    documents: list.map((document, index) => ({ index, properties: toProperties(document) })),
    documentCount: list.length,
    bytes: 100,
  };
}

function toProperties(document: FlatDocument): ReadonlyMap<string, Property> {
  return new Map(Object.entries(document).map(([key, value], line) => [key, { value, origin: `${line + 1}:1` }]));
}
