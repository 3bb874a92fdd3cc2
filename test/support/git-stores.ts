import { createGitStore } from '#server/backends/git/git-store.js';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { parseRepositoryUri } from '#server/backends/git/repository-uri.js';
import type { Snapshot, SnapshotStore } from '#server/backends/snapshot-store.js';
import type { CairnEvent } from '#server/core/events.js';

export const signal: AbortSignal = new AbortController().signal;

export interface StoreUnderTest {
  readonly store: SnapshotStore;
  readonly events: readonly CairnEvent[];
  /** The text of a file of a label now. */
  text(label: string | null, path: string): Promise<string | undefined>;
  version(label: string | null): Promise<string | null>;
  close(): Promise<void>;
}

/** A store with short pauses that never polls by itself once it is ready. */
export function aStore(uri: string, options: Partial<GitStoreOptions> = {}): StoreUnderTest {
  const events: CairnEvent[] = [];
  const store = createGitStore(parseRepositoryUri(uri), {
    name: 'main',
    refreshIntervalMs: null,
    retryMs: 20,
    timeoutMs: 2_000,
    emit: (event) => void events.push(event),
    ...options,
  });
  const normalize = (label: string | null): Promise<Snapshot> => store.normalize(label, signal);
  return {
    store,
    events,
    async text(label, path) {
      const file = (await normalize(label)).file(path);
      if (file === undefined) return undefined;
      const [bytes] = await store.read([file], signal);
      return Buffer.from(bytes!).toString();
    },
    version: async (label) => (await normalize(label)).version,
    close: () => store.close(),
  };
}
