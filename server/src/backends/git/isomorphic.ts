/** The one file that imports isomorphic-git: listing a remote, fetching, packing, and repositories of our own making. */
import git from 'isomorphic-git';
import type { GitHttp } from './transport.js';
import type { GitFs } from './git-fs.js';

/** Where objects are read from. `cache` holds parsed pack indexes and packs; it only grows, so its owner replaces it. */
export interface ObjectSource {
  readonly fs: GitFs;
  readonly gitdir: string;
  readonly cache: object;
}

/** Names and unpeeled ids of a remote's refs that begin with `prefix`. */
export async function listRemote(http: GitHttp, url: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  const refs = await git.listServerRefs({ http, url, prefix, protocolVersion: 2 });
  return new Map(refs.map(({ ref, oid }) => [ref, oid]));
}

export interface FetchOptions {
  readonly source: ObjectSource;
  readonly http: GitHttp;
  readonly url: string;
  /** A ref the remote has: isomorphic-git insists on one, and its own choice, HEAD, need not exist. */
  readonly remoteRef: string;
}

/** Fetches all branches and tags: a pack and its index, then refs under `refs/remotes/origin/` and `refs/tags/`. */
export async function fetchAll({ source, http, url, remoteRef }: FetchOptions): Promise<void> {
  await git.fetch({ ...source, http, url, remote: 'origin', remoteRef, tags: true, singleBranch: false });
}

/** A pack of exactly these objects. */
export async function packObjects(source: ObjectSource, oids: readonly string[]): Promise<Uint8Array> {
  const { packfile } = await git.packObjects({ ...source, oids: [...oids] });
  return packfile ?? new Uint8Array();
}

/** Writes the `.idx` beside the pack. */
export async function indexPack(source: ObjectSource, filepath: string): Promise<void> {
  await git.indexPack({ ...source, dir: source.gitdir, filepath });
}

/** A repository with a working tree, as its owner commits to it. */
export interface WorkingTree {
  readonly fs: GitFs;
  readonly dir: string;
}

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** An empty repository, whose own configuration names `identity`. */
export async function initRepository({ fs, dir }: WorkingTree, branch: string, identity: Identity): Promise<void> {
  await git.init({ fs, dir, defaultBranch: branch });
  await git.setConfig({ fs, dir, path: 'user.name', value: identity.name });
  await git.setConfig({ fs, dir, path: 'user.email', value: identity.email });
}

/** Commits these files of the working tree, as the repository's own configuration says who. */
export async function commitFiles(tree: WorkingTree, files: readonly string[], message: string): Promise<string> {
  await git.add({ ...tree, filepath: [...files] });
  return git.commit({ ...tree, message });
}
