import type { Property } from './environment.js';

/** A file as the parser left it. */
export interface AssembledFile {
  /** Documents that have properties, in file order. */
  readonly documents: readonly { readonly index: number; readonly properties: ReadonlyMap<string, Property> }[];
  /** Documents in the file, empty ones counted. */
  readonly documentCount: number;
  /** Size of the file. */
  readonly bytes: number;
}

/** The files of one snapshot, as far as they have been loaded. */
export interface LoadedFiles {
  exists(path: string): boolean;
  /** Undefined: not loaded yet. */
  get(path: string): AssembledFile | undefined;
}

/** One property source before it has its full name. */
export interface AssembledSource {
  readonly path: string;
  /** Position of the document in its file; null for a file with one document. */
  readonly document: number | null;
  readonly properties: ReadonlyMap<string, Property>;
}

/** The ordered sources, highest precedence first, or the paths that have to be loaded before they can be told. */
export type Assembly =
  | { readonly kind: 'complete'; readonly sources: readonly AssembledSource[] }
  | { readonly kind: 'incomplete'; readonly needs: readonly string[] };

export interface AssembleLimits {
  /** Bytes of all files together. */
  readonly environmentBytes: number;
  readonly importDepth: number;
  /** Files that take part. */
  readonly files: number;
  /** Names × profiles × locations. */
  readonly candidates: number;
}

export const defaultAssembleLimits: AssembleLimits = {
  environmentBytes: 32 * 1024 * 1024,
  importDepth: 32,
  files: 10_000,
  candidates: 100_000,
};
