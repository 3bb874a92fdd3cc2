import { parseCommit, parseTag, parseTree } from './object-format.js';
import type { ObjectDatabase, RawObject } from './object-format.js';

/** Of a tag, commit or tree; blobs are not read. */
const largest = 256 * 1024 * 1024;

function linksOf({ type, content }: RawObject, id: string): { readonly next: string[]; readonly blobs: string[] } {
  switch (type) {
    case 'tag':
      return { next: [parseTag(content)], blobs: [] };
    case 'commit': {
      const { tree, parents } = parseCommit(content);
      return { next: [tree, ...parents], blobs: [] };
    }
    case 'tree': {
      const entries = parseTree(content, id.length / 2);
      const idsOf = (wanted: string): string[] => entries.filter((one) => one.type === wanted).map((one) => one.id);
      return { next: idsOf('tree'), blobs: idsOf('blob') };
    }
    case 'blob':
      return { next: [], blobs: [] };
  }
}

/** Ids of all tags, commits, trees and blobs that can be reached from `targets`, which are tags or commits. */
export async function reachableObjects(objects: ObjectDatabase, targets: Iterable<string>): Promise<Set<string>> {
  const found = new Set<string>();
  const waiting = [...targets];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const object = await objects.read(id, largest);
    if (object === undefined || !('content' in object)) throw new Error(`the object ${id} is missing`);
    const { next, blobs } = linksOf(object, id);
    waiting.push(...next);
    for (const blob of blobs) found.add(blob);
  }
  return found;
}
