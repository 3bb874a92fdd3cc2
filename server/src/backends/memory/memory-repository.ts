import { createHash } from 'node:crypto';
import type { MovedLabel } from '../backend.js';
import type { SnapshotFile } from '../snapshot-store.js';

/** A history of commits in memory, with branches and tags: for tests, and for programs that make their configuration themselves. */
export interface MemoryRepository {
  /** Adds a commit to a branch, which it makes where it is new. Returns the commit's id. */
  commit(change: MemoryChange): string;
  /** Names a commit; without `commit` the newest of `main`. */
  tag(name: string, commit?: string): void;
  deleteBranch(name: string): void;
  /** Ids by branch. */
  readonly branches: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly commits: ReadonlyMap<string, MemoryCommit>;
  /** Contents by id, of every commit. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** Called with each label that moved. Returns the function that unsubscribes. */
  onChange(listener: (moved: MovedLabel) => void): () => void;
}

export interface MemoryChange {
  /** Path → content; null deletes. The other files stay as they were. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>;
  /** Default `main`. */
  readonly branch?: string;
  /** The branch that a new branch starts from; without it the branch starts empty. */
  readonly base?: string;
  /** Milliseconds since the epoch; default one minute a commit from 2026. */
  readonly time?: number;
}

export interface MemoryCommit {
  readonly id: string;
  readonly parent: string | null;
  readonly time: number;
  readonly files: ReadonlyMap<string, SnapshotFile>;
}

const firstTime = Date.UTC(2026, 0, 1);

export function createMemoryRepository(): MemoryRepository {
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();
  const commits = new Map<string, MemoryCommit>();
  const blobs = new Map<string, Uint8Array>();
  const listeners = new Set<(moved: MovedLabel) => void>();
  const move = (names: Map<string, string>, label: string, to: string | null): void => {
    const from = names.get(label) ?? null;
    if (to === null) names.delete(label);
    else names.set(label, to);
    if (from !== to) for (const listener of listeners) listener({ label, from, to });
  };
  return {
    branches,
    tags,
    commits,
    blobs,
    commit(change) {
      const branch = change.branch ?? 'main';
      const parent = commits.get(branches.get(branch) ?? branches.get(change.base ?? '') ?? '');
      const files = changedFiles(change, parent, blobs);
      const commit = createCommit(files, parent, change.time ?? firstTime + commits.size * 60_000);
      commits.set(commit.id, commit);
      move(branches, branch, commit.id);
      return commit.id;
    },
    tag(name, commit) {
      move(tags, name, commit ?? branches.get('main') ?? null);
    },
    deleteBranch(name) {
      move(branches, name, null);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function changedFiles(
  change: MemoryChange,
  parent: MemoryCommit | undefined,
  blobs: Map<string, Uint8Array>,
): ReadonlyMap<string, SnapshotFile> {
  const files = new Map(parent?.files);
  for (const [path, content] of Object.entries(change.files)) {
    files.delete(path);
    if (content === null) continue;
    const bytes = Buffer.from(content);
    const id = sha1(Buffer.concat([Buffer.from(`blob ${bytes.byteLength}\0`), bytes]));
    blobs.set(id, bytes);
    files.set(path, { id, size: bytes.byteLength });
  }
  return files;
}

function createCommit(
  files: ReadonlyMap<string, SnapshotFile>,
  parent: MemoryCommit | undefined,
  time: number,
): MemoryCommit {
  const listing = [...files].map(([path, { id }]) => `${path} ${id}`).sort();
  const id = sha1(['commit', parent?.id ?? '', String(time), ...listing].join('\n'));
  return { id, parent: parent?.id ?? null, time, files };
}

function sha1(content: string | Uint8Array): string {
  return createHash('sha1').update(content).digest('hex');
}
