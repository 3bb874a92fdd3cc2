import type { Scalar } from 'cairn-config-client/values';

import { uniformName } from './relaxed.js';

/** One property of a file with the reference's names. */
export interface FlatProperty {
  readonly name: string;
  readonly value: Scalar;
  readonly where: string;
  /** The name as the user wrote it, where that is another: an environment variable. */
  readonly shown?: string;
}

/** In the order of the files, by uniform name. */
export type FlatFile = ReadonlyMap<string, FlatProperty>;

/** Lays documents one on another; a list of a later one replaces the whole of an earlier one's. */
export function mergeDocuments(documents: readonly (readonly FlatProperty[])[]): Map<string, FlatProperty> {
  const merged = new Map<string, FlatProperty>();
  for (const document of documents) {
    const lists = new Set(document.map(({ name }) => listName(uniformName(name))).filter((name) => name !== undefined));
    for (const name of merged.keys()) if (lists.has(listName(name) ?? name)) merged.delete(name);
    for (const property of document) merged.set(uniformName(property.name), property);
  }
  return merged;
}

function listName(name: string): string | undefined {
  const index = name.search(/\[\d+\]/);
  return index === -1 ? undefined : name.slice(0, index);
}
