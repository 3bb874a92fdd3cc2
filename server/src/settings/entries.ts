import type { Scalar } from 'cairn-config-client/values';

import { locate } from './locate.js';

/** One value that some source gives to a setting. */
export interface Entry {
  readonly value: Scalar;
  /** Whether `value` is a text to be converted (environment, arguments, `.properties`, the reference's names). */
  readonly convert: boolean;
  /** Whether `value` was a cipher. */
  readonly isDecrypted?: true;
  /** The value as the user wrote it and what would be taken, where `value` was made from it. */
  readonly written?: Scalar;
  readonly taken?: string;
  /** The name as the user wrote it: `server.port`, `CAIRN_SERVER__PORT`, `--port`. */
  readonly name: string;
  /** Where: `cairn.yml line 3`, `the environment`. */
  readonly where: string;
}

/** By the setting's path in cairn.yml: `sources[0].uri`. */
export type Entries = ReadonlyMap<string, Entry>;

/** Lays sources one on another, later wins. A list given by a later source replaces the whole of an earlier one's. */
export function mergeEntries(layers: readonly Entries[]): Map<string, Entry> {
  const merged = new Map<string, Entry>();
  for (const layer of layers) {
    const lists = new Set([...layer.keys()].map(listRoot));
    lists.delete(undefined);
    for (const path of merged.keys()) if (lists.has(listRoot(path))) merged.delete(path);
    for (const [path, entry] of layer) merged.set(path, entry);
  }
  return merged;
}

function listRoot(path: string): string | undefined {
  const location = locate(path);
  return location.kind === 'leaf' && location.leaf.facts.kind === 'list' ? location.root : undefined;
}
