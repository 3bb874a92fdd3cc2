import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import git from 'isomorphic-git';
import type { TestRepository } from './git-repository.js';

/**
 * Commits the tree of `main` and in it, under each of `names`, its first file and its first folder: names that no git program
 * would write. Returns the commit's id; no branch moves.
 */
export async function commitWithNames(repository: TestRepository, names: readonly string[]): Promise<string> {
  const { gitdir } = repository;
  const parent = await repository.resolve('main');
  const { commit } = await git.readCommit({ fs, gitdir, oid: parent });
  const { tree } = await git.readTree({ fs, gitdir, oid: commit.tree });
  const firsts = ['blob', 'tree'].flatMap((type) => tree.find((one) => one.type === type) ?? []);
  const entries = [...tree, ...names.flatMap((path) => firsts.map((first) => ({ ...first, path })))];
  const oid = await writeTree(gitdir, Buffer.concat(entries.map(rawEntry)));
  return git.writeCommit({ fs, gitdir, commit: { ...commit, tree: oid, parent: [parent] } });
}

function rawEntry({ mode, path, oid }: { readonly mode: string; readonly path: string; readonly oid: string }): Buffer {
  return Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${path}\0`), Buffer.from(oid, 'hex')]);
}

/** Writes a loose object; the library's own writer takes safe names only. */
async function writeTree(gitdir: string, content: Buffer): Promise<string> {
  const object = Buffer.concat([Buffer.from(`tree ${content.length}\0`), content]);
  const oid = createHash('sha1').update(object).digest('hex');
  const folder = join(gitdir, 'objects', oid.slice(0, 2));
  await fs.mkdir(folder, { recursive: true });
  await fs.writeFile(join(folder, oid.slice(2)), deflateSync(object));
  return oid;
}
