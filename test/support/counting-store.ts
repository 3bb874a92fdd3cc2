import type { SnapshotStore } from '#server/backends/snapshot-store.js';

export interface CountingStore extends SnapshotStore {
  /** Ids that were read, one entry a reading. */
  readonly reads: readonly string[];
  readonly parents: readonly string[];
  /** Makes each following call of `read` wait for, or fail with, what this gives. */
  beforeRead: () => Promise<void>;
}

/** A store that notes what is asked of it. */
export function countingStore(store: SnapshotStore): CountingStore {
  const reads: string[] = [];
  const parents: string[] = [];
  const counting: CountingStore = {
    ...store,
    reads,
    parents,
    beforeRead: () => Promise.resolve(),
    async read(files, signal) {
      reads.push(...files.map(({ id }) => id));
      await counting.beforeRead();
      return store.read(files, signal);
    },
    parent(snapshot, signal) {
      parents.push(snapshot.id);
      return store.parent(snapshot, signal);
    },
  };
  return counting;
}
