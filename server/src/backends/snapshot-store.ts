import type { BackendHealth, CloseOptions, MovedLabel, RefreshRequest } from './backend.js';

/**
 * Storage that keeps immutable trees of files: git commits, a folder's contents, commits in memory. A store does I/O and
 * knows labels; snapshot-backend.ts does plan → load → assemble over any of them. Imports nothing but the backend's types.
 */
export interface SnapshotStore {
  /**
   * The snapshot that `label` stands for now; null is the store's default label. A store whose labels are only a filter
   * (native) answers the same snapshot for each.
   * @throws ConfigServerError CONFIG_LABEL_NOT_FOUND, CONFIG_SOURCE_UNAVAILABLE
   */
  normalize(label: string | null, signal: AbortSignal): Promise<Snapshot>;
  /**
   * Synchronous and cheap: while it returns an equal text, `normalize(label)` gives a snapshot of the same content, version and label.
   * `undefined`: not known without I/O, or a check is due.
   */
  stamp(label: string | null): string | undefined;
  /** Whether `normalize(label)` gives or refuses a snapshot without asking a remote. Finding out never asks one. */
  knows(label: string | null, signal: AbortSignal): Promise<boolean>;
  /**
   * The bytes of files, in the order of `files`, which come from `snapshot.file(…)`.
   * @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE where one cannot be read any more
   */
  read(files: readonly SnapshotFile[], signal: AbortSignal): Promise<readonly Uint8Array[]>;
  /** The snapshot before this one: a commit's first parent. Undefined where there is none. */
  parent(snapshot: Snapshot, signal: AbortSignal): Promise<Snapshot | undefined>;
  /** When a file was last changed, in milliseconds since the epoch: the commit's time (git), the file's (native). */
  modified(snapshot: Snapshot, path: string, signal: AbortSignal): Promise<number | null>;
  /** Checks the source now. @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE */
  refresh(request: RefreshRequest, signal: AbortSignal): Promise<readonly MovedLabel[]>;
  /** Never does I/O to a remote. */
  health(): BackendHealth;
  /** Called after a label moved. Returns the function that unsubscribes. */
  onVersionChange(listener: (moved: readonly MovedLabel[]) => void): () => void;
  /** Opens the source and starts its background refresh. A source that is down does not make it fail. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends timers, watchers, sockets and children. Idempotent. */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * An immutable tree of files. Lookups, not a map of every path, so that stores can share sub-trees between snapshots.
 * Paths have `/` between segments, no leading or trailing slash, no empty, `.` or `..` segment.
 */
export interface Snapshot {
  /** Content identity: the commit id, or a hash of the contents (native). Equal ids mean equal trees. */
  readonly id: string;
  /** The label it was found under, where that is not the one that was asked for: `master` for `main`. */
  readonly label?: string;
  /** What answers carry as `version`. */
  readonly version: string | null;
  /** What answers carry as `state`: git `''`, else null. */
  readonly state: string | null;
  /** The regular file at `path`; undefined for what is not there, folders, symbolic links, submodules. */
  file(path: string): SnapshotFile | undefined;
  /** Every folder but the root, sorted by code unit: `['common', 'orders', 'orders/prod']`. Only asked for where search paths have globs. */
  directories(): readonly string[];
}

export interface SnapshotFile {
  /** Identifies the bytes (blob id, content hash): equal ids mean equal bytes, in every snapshot of the store. */
  readonly id: string;
  /** Bytes, where known without reading. */
  readonly size?: number;
}
