/** The refs of a bare mirror as files: set aside before a fetch, read after it, settled at the end. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { RefName, Refs } from './engine.js';
import { writeAtomically } from './git-fs.js';
import { readRefs } from './ref-files.js';

const config = `[core]
\trepositoryformatversion = 0
\tbare = true
[remote "origin"]
\tfetch = +refs/heads/*:refs/remotes/origin/*
`;

/** Makes `gitdir` a bare repository, if it is none. */
export async function initMirror(gitdir: string): Promise<void> {
  await fs.mkdir(join(gitdir, 'objects', 'pack'), { recursive: true, mode: 0o700 });
  await fs.mkdir(join(gitdir, 'refs'), { recursive: true, mode: 0o700 });
  await writeAtomically(join(gitdir, 'HEAD'), 'ref: refs/heads/main\n');
  await writeAtomically(join(gitdir, 'config'), config);
}

async function writePacked(gitdir: string, refs: ReadonlyMap<RefName, string>): Promise<void> {
  const lines = [...refs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, id]) => `${id} ${name}\n`);
  await writeAtomically(join(gitdir, 'packed-refs'), `# pack-refs with: sorted \n${lines.join('')}`);
  await fs.rm(join(gitdir, 'refs'), { recursive: true, force: true });
  await fs.mkdir(join(gitdir, 'refs'), { mode: 0o700 });
}

const renamed = (refs: Refs, rename: (name: RefName) => string): Map<string, string> =>
  new Map([...refs].map(([name, { target }]) => [rename(name), target]));

/**
 * Leaves only `known`, under names no remote has. isomorphic-git offers every ref as "have" although it writes refs before
 * the pack has arrived, and never moves a tag it already has; with nothing but verified refs under other names, neither matters.
 */
export async function parkRefs(gitdir: string, known: Refs): Promise<void> {
  await writePacked(
    gitdir,
    renamed(known, (name) => name.replace(/^refs\//, 'refs/cairn/')),
  );
}

/** What the fetch just brought, unpeeled. */
export function fetchedRefs(gitdir: string): Map<RefName, string> {
  const refs = new Map<RefName, string>();
  for (const [name, id] of readRefs(gitdir, ['refs/remotes/origin', 'refs/tags'])) {
    if (name !== 'refs/remotes/origin/HEAD') refs.set(name.replace(/^refs\/remotes\/origin\//, 'refs/heads/'), id);
  }
  return refs;
}

/**
 * Writes `refs` under the names git expects in a mirror of this refspec, and keeps what was served `before` from being
 * packed away while requests under way may still read it.
 */
export async function settleRefs(gitdir: string, refs: Refs, before: Refs = new Map()): Promise<void> {
  await writePacked(
    gitdir,
    new Map([
      ...renamed(before, (name) => name.replace(/^refs\//, 'refs/cairn/')),
      ...renamed(refs, (name) => name.replace(/^refs\/heads\//, 'refs/remotes/origin/')),
    ]),
  );
}
