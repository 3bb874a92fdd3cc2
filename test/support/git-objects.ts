import { promises as fs } from 'node:fs';
import git from 'isomorphic-git';
import type { TreeEntry } from 'isomorphic-git';

/** What a commit holds at a path. */
export interface FileEntry {
  readonly mode: string;
  readonly oid: string;
}

const isTree = (entry: FileEntry): boolean => entry.mode === '040000';

async function readTreeInto(gitdir: string, oid: string, prefix: string, files: Map<string, FileEntry>): Promise<void> {
  const { tree } = await git.readTree({ fs, gitdir, oid });
  for (const entry of tree) {
    const path = prefix + entry.path;
    if (entry.type === 'tree') await readTreeInto(gitdir, entry.oid, `${path}/`, files);
    else files.set(path, { mode: entry.mode, oid: entry.oid });
  }
}

/** All files of a commit, by path. */
export async function readFiles(gitdir: string, commit: string): Promise<Map<string, FileEntry>> {
  const files = new Map<string, FileEntry>();
  await readTreeInto(gitdir, commit, '', files);
  return files;
}

function treeEntry(path: string, entry: FileEntry): TreeEntry {
  const type = isTree(entry) ? 'tree' : entry.mode === '160000' ? 'commit' : 'blob';
  return { mode: entry.mode, path, oid: entry.oid, type };
}

/** Writes the trees of `files` and returns the root's id. */
export async function writeFiles(gitdir: string, files: ReadonlyMap<string, FileEntry>): Promise<string> {
  const entries = new Map<string, FileEntry>();
  const folders = new Map<string, Map<string, FileEntry>>();
  for (const [path, entry] of files) {
    const slash = path.indexOf('/');
    if (slash === -1) entries.set(path, entry);
    else {
      const folder = path.slice(0, slash);
      const inside = folders.get(folder) ?? new Map<string, FileEntry>();
      folders.set(folder, inside.set(path.slice(slash + 1), entry));
    }
  }
  for (const [name, inside] of folders) entries.set(name, { mode: '040000', oid: await writeFiles(gitdir, inside) });
  const tree = [...entries].map(([path, entry]) => treeEntry(path, entry));
  return git.writeTree({ fs, gitdir, tree });
}

/** A repository to read from; without the cache each read parses the indexes of its packs anew. */
export interface ReadFrom {
  readonly gitdir: string;
  readonly cache: object;
}

async function addTree(from: ReadFrom, oid: string, found: Set<string>): Promise<void> {
  if (found.has(oid)) return;
  found.add(oid);
  const { tree } = await git.readTree({ fs, ...from, oid });
  for (const entry of tree) {
    if (entry.type === 'tree') await addTree(from, entry.oid, found);
    else if (entry.type === 'blob') found.add(entry.oid);
  }
}

/** What an annotated tag points to; undefined for any other object. */
export async function readTagTarget(from: ReadFrom, oid: string): Promise<string | undefined> {
  return git.readTag({ fs, ...from, oid }).then(
    ({ tag }) => tag.object,
    () => undefined,
  );
}

/** Adds to `found` the ids of all objects that can be reached from `tips`, except through objects already in `found`. */
export async function addReachable(from: ReadFrom, tips: readonly string[], found: Set<string>): Promise<void> {
  const waiting = [...tips];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (found.has(oid)) continue;
    found.add(oid);
    const tag = await readTagTarget(from, oid);
    // A lightweight tag may point to a blob, which is all there is to reach from it.
    const read = tag === undefined ? await git.readCommit({ fs, ...from, oid }).catch(() => undefined) : undefined;
    if (tag !== undefined) waiting.push(tag);
    if (read === undefined) continue;
    await addTree(from, read.commit.tree, found);
    waiting.push(...read.commit.parent);
  }
}
