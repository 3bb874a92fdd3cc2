/** A repository on this machine, read in place and never written. Its owner may commit, pack refs, run `git gc` or replace it at any time. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { RefName } from './engine.js';
import { readRef, readRefs, statOf } from './ref-files.js';

const branchFolders = ['refs/heads', 'refs/remotes/origin'];
export const labelFolders: readonly RefName[] = [...branchFolders, 'refs/tags'];

/** File systems tell times in ticks; a file younger than this may be rewritten within the tick it was read in. */
const racyMs = 50;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const isFolder = (path: string): boolean => statOf(path)?.isDirectory() === true;
const isFile = (path: string): boolean => statOf(path)?.isFile() === true;
const isGitdir = (path: string): boolean => isFile(join(path, 'HEAD')) && isFolder(join(path, 'objects'));

/** The shared folder of a linked worktree, or the folder of a submodule: what a `.git` file leads to. */
function followGitFile(path: string): string | undefined {
  const target = /^gitdir: (.+)$/m.exec(read(join(path, '.git')))?.[1]?.trim();
  if (target === undefined) return undefined;
  const gitdir = isAbsolute(target) ? target : resolve(path, target);
  const common = read(join(gitdir, 'commondir')).trim();
  return common === '' ? gitdir : resolve(gitdir, common);
}

/** Where the repository at `path` keeps its objects and refs; undefined while there is none. */
export function findGitdir(path: string): string | undefined {
  const inside = join(path, '.git');
  const candidate = isFile(inside) ? followGitFile(path) : isFolder(inside) ? inside : path;
  return candidate !== undefined && isGitdir(candidate) ? candidate : undefined;
}

/** A form of a repository that is not read in place by every engine. */
export interface RepositoryForm {
  readonly name: string;
  /** What is wrong with it and what to do, to be read behind "The local repository". */
  readonly problem: string;
  readonly isReadByGit: boolean;
}

const byGit = 'install git 2.32 or newer, which reads it as it is';

/** What keeps the repository from being read without a git program; undefined if nothing does. */
export function unsupportedForm(gitdir: string): RepositoryForm | undefined {
  const config = read(join(gitdir, 'config'));
  if (/^\s*refstorage\s*=\s*"?reftable/im.test(config)) {
    const problem = 'keeps its refs in reftable; run `git refs migrate --ref-format=files` in it';
    return { name: 'refs in reftable', problem, isReadByGit: false };
  }
  if (/^\s*(promisor\s*=\s*true|partialclone\s*=)/im.test(config)) {
    const problem = 'is a partial clone, whose objects are not all here; serve a full clone';
    return { name: 'objects elsewhere', problem, isReadByGit: false };
  }
  if (/^\s*objectformat\s*=\s*"?sha256/im.test(config)) {
    const problem = `has SHA-256 objects; ${byGit}, or serve a clone with SHA-1 objects`;
    return { name: 'SHA-256 objects', problem, isReadByGit: true };
  }
  if (read(join(gitdir, 'objects', 'info', 'alternates')).trim() === '') return undefined;
  const problem = `borrows objects from another one (alternates); ${byGit}, or run \`git repack -a -d\` in it and remove objects/info/alternates`;
  return { name: 'objects in another repository (alternates)', problem, isReadByGit: true };
}

/** The unpeeled id `label` names: of a branch, of a branch of `origin`, else of a tag. */
export function findRef(gitdir: string, label: string): string | undefined {
  for (const folder of labelFolders) {
    const id = readRef(gitdir, `${folder}/${label}`);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Unpeeled ids of all branches and tags; a branch hides one of the same name at `origin`. */
export function allRefs(gitdir: string): Map<RefName, string> {
  const refs = readRefs(gitdir, labelFolders);
  for (const name of [...refs.keys()]) {
    const local = name.replace(/^refs\/remotes\/origin\//, 'refs/heads/');
    if (name === 'refs/remotes/origin/HEAD' || (local !== name && refs.has(local))) refs.delete(name);
  }
  return refs;
}

/** Whether `label` is a symbolic ref: what it leads to may change without it. */
export function isSymbolicRef(gitdir: string, label: string): boolean {
  return labelFolders.some((folder) => read(join(gitdir, folder, label)).startsWith('ref:'));
}

/** Undefined where the file is so young that it may be rewritten within the same tick. */
function fileStamp(path: string, nowMs: number): string | undefined {
  const stat = statOf(path);
  if (stat === undefined) return '-';
  if (nowMs - Number(stat.ctimeMs) <= racyMs) return undefined;
  return stat.isFile() ? `${stat.ino}.${stat.ctimeNs}.${stat.size}` : '-';
}

/** A text that changes whenever a ref `label` may lead elsewhere; undefined where no such promise can be made. */
export function refStamp(gitdir: string, label: string, nowMs: number): string | undefined {
  const [branch = '-', ...others] = labelFolders.map((folder) => `${gitdir}/${folder}/${label}`);
  const first = fileStamp(branch, nowMs);
  // A branch in a file of its own hides all else.
  if (first !== '-') return first;
  const stamps = [...others, `${gitdir}/packed-refs`].map((path) => fileStamp(path, nowMs));
  return stamps.includes(undefined) ? undefined : stamps.join(' ');
}
