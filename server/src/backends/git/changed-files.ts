import type { TreeIndex } from './engine.js';

/** A file that is not the same in two trees. */
export interface ChangedBlob {
  readonly path: string;
  /** Blob ids; undefined: it is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const emptyTree: TreeIndex = { blobs: new Map(), trees: new Map(), files: 0 };

/** The files that differ, sorted; folders that are one object are not looked into. */
export function changedFiles(before: TreeIndex = emptyTree, after: TreeIndex = emptyTree, folder = ''): ChangedBlob[] {
  if (before === after) return [];
  const blobs = namesOf(before.blobs, after.blobs).flatMap((name) => {
    const [old, now] = [before.blobs.get(name), after.blobs.get(name)];
    return old === now ? [] : [{ path: folder + name, before: old, after: now }];
  });
  const below = namesOf(before.trees, after.trees).flatMap((name) =>
    changedFiles(before.trees.get(name), after.trees.get(name), `${folder}${name}/`),
  );
  return [...blobs, ...below].sort((left, right) => (left.path < right.path ? -1 : 1));
}

function namesOf(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])];
}
