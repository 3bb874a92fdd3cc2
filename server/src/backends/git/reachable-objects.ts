import { readCommit, readTree } from './isomorphic.js';
import type { ObjectSource } from './isomorphic.js';

async function addTree(source: ObjectSource, root: string, found: Set<string>): Promise<void> {
  const waiting = [root];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    for (const entry of (await readTree(source, id)) ?? []) {
      if (entry.type === 'tree') waiting.push(entry.id);
      else if (entry.type === 'blob') found.add(entry.id);
    }
  }
}

/** Ids of all commits, trees and blobs that can be reached from `commits`. */
export async function reachableObjects(source: ObjectSource, commits: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const waiting = [...commits];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const commit = await readCommit(source, id);
    if (commit === undefined || commit === null) throw new Error(`the commit ${id} is missing`);
    await addTree(source, commit.tree, found);
    waiting.push(...commit.parents);
  }
  return found;
}
