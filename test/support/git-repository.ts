import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import git from 'isomorphic-git';
import { readFiles, writeFiles } from './git-objects.js';
import type { FileEntry } from './git-objects.js';

/** What a commit changes. Files not named stay as they were. */
export interface Change {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly delete?: readonly string[];
  readonly symlinks?: Readonly<Record<string, string>>;
  readonly submodules?: Readonly<Record<string, string>>;
  /** Default `main`. */
  readonly branch?: string;
  /** A branch or commit id the new branch starts from; default: the branch itself if it exists, else nothing. */
  readonly base?: string;
  /** A lightweight tag to set on the commit. */
  readonly tag?: string;
  readonly message?: string;
}

/** A repository on disk, written without a git program, as `Operator <operator@example.com>` one minute a commit from 2026-01-01. */
export interface TestRepository {
  /** The folder: the repository itself if it is bare, else its parent. */
  readonly path: string;
  readonly gitdir: string;
  /** `file://…` of `path`. */
  readonly uri: string;
  /** Writes a commit and moves the branch; returns the commit's id. */
  commit(change: Change): Promise<string>;
  /** Sets a branch, by force. */
  setBranch(name: string, commit: string): Promise<void>;
  deleteBranch(name: string): Promise<void>;
  setTag(name: string, target: string): Promise<void>;
  /** An annotated tag; returns the tag object's id. */
  annotate(name: string, commit: string): Promise<string>;
  deleteTag(name: string): Promise<void>;
  resolve(ref: string): Promise<string>;
  has(ref: string): Promise<boolean>;
  /** Puts all loose objects into one pack. */
  pack(): Promise<void>;
  remove(): Promise<void>;
}

const firstCommit = Date.UTC(2026, 0, 1) / 1000;

class Repository implements TestRepository {
  readonly path: string;
  readonly gitdir: string;
  readonly uri: string;
  #commits = 0;

  constructor(path: string, bare: boolean) {
    this.path = path;
    this.gitdir = bare ? path : join(path, '.git');
    this.uri = pathToFileURL(path).href;
  }

  async commit(change: Change): Promise<string> {
    const { gitdir } = this;
    const branch = change.branch ?? 'main';
    const parent = await this.#find(change.base ?? branch);
    const files = parent === undefined ? new Map<string, FileEntry>() : await readFiles(gitdir, parent);
    for (const path of change.delete ?? []) files.delete(path);
    for (const [path, entry] of await this.#entries(change)) files.set(path, entry);
    const tree = await writeFiles(gitdir, files);
    const timestamp = firstCommit + 60 * this.#commits;
    this.#commits += 1;
    const identity = { name: 'Operator', email: 'operator@example.com', timestamp, timezoneOffset: 0 };
    const message = `${change.message ?? `commit ${this.#commits}`}\n`;
    const commit = {
      message,
      tree,
      parent: parent === undefined ? [] : [parent],
      author: identity,
      committer: identity,
    };
    const oid = await git.writeCommit({ fs, gitdir, commit });
    await this.setBranch(branch, oid);
    if (change.tag !== undefined) await this.setTag(change.tag, oid);
    return oid;
  }

  async #entries(change: Change): Promise<[string, FileEntry][]> {
    const entries: [string, FileEntry][] = [];
    const written = new Map<string | Uint8Array, string>();
    const write = async (path: string, mode: string, content: string | Uint8Array): Promise<void> => {
      const blob = typeof content === 'string' ? Buffer.from(content) : content;
      const oid = written.get(content) ?? (await git.writeBlob({ fs, gitdir: this.gitdir, blob }));
      written.set(content, oid);
      entries.push([path, { mode, oid }]);
    };
    for (const [path, content] of Object.entries(change.files ?? {})) await write(path, '100644', content);
    for (const [path, target] of Object.entries(change.symlinks ?? {})) await write(path, '120000', target);
    for (const [path, oid] of Object.entries(change.submodules ?? {})) entries.push([path, { mode: '160000', oid }]);
    return entries;
  }

  async #find(ref: string): Promise<string | undefined> {
    return this.resolve(ref).catch(() => undefined);
  }

  async setBranch(name: string, commit: string): Promise<void> {
    // isomorphic-git leaves the folder of `a/b` behind, where the file of `a` belongs.
    await fs.rmdir(join(this.gitdir, 'refs', 'heads', name)).catch(() => undefined);
    await git.writeRef({ fs, gitdir: this.gitdir, ref: `refs/heads/${name}`, value: commit, force: true });
  }

  deleteBranch(name: string): Promise<void> {
    return git.deleteRef({ fs, gitdir: this.gitdir, ref: `refs/heads/${name}` });
  }

  setTag(name: string, target: string): Promise<void> {
    return git.writeRef({ fs, gitdir: this.gitdir, ref: `refs/tags/${name}`, value: target, force: true });
  }

  async annotate(name: string, commit: string): Promise<string> {
    const tagger = { name: 'Operator', email: 'operator@example.com', timestamp: firstCommit, timezoneOffset: 0 };
    const tag = { object: commit, type: 'commit' as const, tag: name, tagger, message: `${name}\n` };
    const oid = await git.writeTag({ fs, gitdir: this.gitdir, tag });
    await this.setTag(name, oid);
    return oid;
  }

  deleteTag(name: string): Promise<void> {
    return git.deleteRef({ fs, gitdir: this.gitdir, ref: `refs/tags/${name}` });
  }

  resolve(ref: string): Promise<string> {
    return git.resolveRef({ fs, gitdir: this.gitdir, ref });
  }

  async has(ref: string): Promise<boolean> {
    return (await this.#find(ref)) !== undefined;
  }

  async pack(): Promise<void> {
    const { gitdir } = this;
    const objects = join(gitdir, 'objects');
    const folders = (await fs.readdir(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    const listed = folders.map(async (folder) =>
      (await fs.readdir(join(objects, folder))).map((name) => folder + name),
    );
    const oids = (await Promise.all(listed)).flat();
    const { filename } = await git.packObjects({ fs, gitdir, oids, write: true });
    await git.indexPack({ fs, dir: gitdir, gitdir, filepath: join('objects', 'pack', filename) });
    await Promise.all(folders.map((folder) => fs.rm(join(objects, folder), { recursive: true })));
  }

  remove(): Promise<void> {
    return fs.rm(this.path, { recursive: true, force: true });
  }
}

/** Collects what a repository's first commit holds; `create` writes it. */
export interface RepositoryBuilder {
  withFile(path: string, content: string | Uint8Array): RepositoryBuilder;
  /** Without a working tree: the folder is the repository. */
  bare(): RepositoryBuilder;
  /** The first commit's branch; default `main`. */
  onBranch(name: string): RepositoryBuilder;
  /** Into `path`, or into a new temporary folder. Without any file there is no commit. */
  create(path?: string): Promise<TestRepository>;
}

/** `await aRepository().withFile('orders.yml', 'a: 1\n').create()` */
export function aRepository(): RepositoryBuilder {
  const files: Record<string, string | Uint8Array> = {};
  let bare = false;
  let branch = 'main';
  const builder: RepositoryBuilder = {
    withFile(path, content) {
      files[path] = content;
      return builder;
    },
    bare() {
      bare = true;
      return builder;
    },
    onBranch(name) {
      branch = name;
      return builder;
    },
    async create(path) {
      const folder = path ?? (await fs.mkdtemp(join(tmpdir(), 'cairn-repository-')));
      const repository = new Repository(folder, bare);
      await git.init({ fs, dir: folder, gitdir: repository.gitdir, bare, defaultBranch: 'main' });
      if (Object.keys(files).length > 0) await repository.commit({ files, branch });
      return repository;
    },
  };
  return builder;
}
