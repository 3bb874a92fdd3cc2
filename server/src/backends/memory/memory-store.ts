import { ConfigServerError } from '../../core/errors.js';
import type { MovedLabel } from '../backend.js';
import { directoriesOf } from '../directories.js';
import { foundUnder } from '../labels.js';
import type { Snapshot, SnapshotStore } from '../snapshot-store.js';
import type { MemoryCommit, MemoryRepository } from './memory-repository.js';

/** Snapshots of a repository in memory. A commit is visible at once. */
export function createMemoryStore(repository: MemoryRepository, defaultLabel: string): SnapshotStore {
  const find = (label: string | null): Snapshot => {
    const wanted = label ?? defaultLabel;
    for (const candidate of wanted === 'main' ? ['main', 'master'] : [wanted]) {
      const commit = repository.commits.get(commitIdOf(repository, candidate) ?? '');
      if (commit !== undefined) return foundUnder(toSnapshot(commit), candidate, wanted);
    }
    throw new ConfigServerError('CONFIG_LABEL_NOT_FOUND', `There is no label ${JSON.stringify(wanted)}.`);
  };
  const unsubscribes = new Set<() => void>();
  return {
    normalize: (label, signal) => {
      signal.throwIfAborted();
      return Promise.resolve(find(label));
    },
    stamp: (label) => commitIdOf(repository, label ?? defaultLabel),
    read: (files, signal) => {
      signal.throwIfAborted();
      return Promise.resolve(files.map(({ id }) => repository.blobs.get(id) ?? new Uint8Array()));
    },
    parent: ({ id }) => {
      const parent = repository.commits.get(repository.commits.get(id)?.parent ?? '');
      return Promise.resolve(parent === undefined ? undefined : toSnapshot(parent));
    },
    modified: ({ id }) => Promise.resolve(repository.commits.get(id)?.time ?? null),
    knows: () => Promise.resolve(true),
    refresh: () => Promise.resolve([]),
    health: () => ({ ready: true, lastSuccess: Date.now(), error: null }),
    onVersionChange(listener) {
      const unsubscribe = repository.onChange((moved: MovedLabel) => {
        listener([moved]);
      });
      unsubscribes.add(unsubscribe);
      return unsubscribe;
    },
    start: () => Promise.resolve(),
    close: () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
      return Promise.resolve();
    },
  };
}

/** A branch, a tag, or a full or unique abbreviated commit id. */
function commitIdOf({ branches, tags, commits }: MemoryRepository, label: string): string | undefined {
  const named = branches.get(label) ?? tags.get(label);
  if (named !== undefined || !/^[0-9a-f]{4,40}$/.test(label)) return named;
  const matching = [...commits.keys()].filter((id) => id.startsWith(label));
  return matching.length === 1 ? matching[0] : undefined;
}

const snapshots = new WeakMap<MemoryCommit, Snapshot>();

function toSnapshot(commit: MemoryCommit): Snapshot {
  const known = snapshots.get(commit);
  if (known !== undefined) return known;
  const snapshot: Snapshot = {
    id: commit.id,
    version: commit.id,
    state: '',
    file: (path) => commit.files.get(path),
    directories: () => directoriesOf(commit.files.keys()),
  };
  snapshots.set(commit, snapshot);
  return snapshot;
}
