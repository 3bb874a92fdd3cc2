import { createByteCache } from '../../core/byte-cache.js';
import type { ByteCache } from '../../core/byte-cache.js';
import { labelNotFound } from './labels.js';
import type { Snapshot, SnapshotFile } from '../snapshot-store.js';
import type { CommitInfo, GitEngine, TreeIndex } from './engine.js';

const keptSnapshots = 500;

function findBlob(root: TreeIndex, path: string): SnapshotFile | undefined {
  let tree: TreeIndex | undefined = root;
  let from = 0;
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', from)) {
    tree = tree.trees.get(path.slice(from, slash));
    if (tree === undefined) return undefined;
    from = slash + 1;
  }
  const id = tree.blobs.get(path.slice(from));
  return id === undefined ? undefined : { id };
}

function addFolders(tree: TreeIndex, prefix: string, folders: string[]): void {
  for (const [name, below] of tree.trees) {
    folders.push(prefix + name);
    addFolders(below, `${prefix}${name}/`, folders);
  }
}

class CommitSnapshot implements Snapshot {
  readonly id: string;
  readonly version: string;
  readonly state = '';
  readonly commit: CommitInfo;
  readonly #root: TreeIndex;
  #directories: readonly string[] | undefined;

  constructor(commit: CommitInfo, root: TreeIndex) {
    this.id = commit.id;
    this.version = commit.id;
    this.commit = commit;
    this.#root = root;
  }

  file(path: string): SnapshotFile | undefined {
    return findBlob(this.#root, path);
  }

  directories(): readonly string[] {
    if (this.#directories === undefined) {
      const folders: string[] = [];
      addFolders(this.#root, '', folders);
      this.#directories = folders.sort((a, b) => (a < b ? -1 : 1));
    }
    return this.#directories;
  }
}

/** Snapshots of commits, the same object for the same commit while it is kept. */
export interface CommitSnapshots {
  at(engine: GitEngine, commit: string): Promise<Snapshot>;
  parent(engine: GitEngine, snapshot: Snapshot): Promise<Snapshot | undefined>;
  /** The commit's time: which commit last changed a file would take a walk through history. */
  modified(engine: GitEngine, snapshot: Snapshot): Promise<number | null>;
}

export function createCommitSnapshots(): CommitSnapshots {
  const kept: ByteCache<string, CommitSnapshot> = createByteCache(keptSnapshots);
  const at = async (engine: GitEngine, id: string): Promise<CommitSnapshot> => {
    const known = kept.get(id);
    if (known !== undefined) return known;
    const [commit, root] = [await engine.commitInfo(id), await engine.treeIndex(id)];
    if (commit === undefined) throw labelNotFound(id);
    const snapshot = new CommitSnapshot(commit, root);
    kept.set(id, snapshot, 1);
    return snapshot;
  };
  return {
    at,
    parent: async (engine, snapshot) => {
      const parent = (await at(engine, snapshot.id)).commit.parents[0];
      // The history of a shallow clone ends in commits that are not there.
      if (parent === undefined || (await engine.commitInfo(parent)) === undefined) return undefined;
      return at(engine, parent);
    },
    modified: async (engine, snapshot) => (await at(engine, snapshot.id)).commit.time,
  };
}
