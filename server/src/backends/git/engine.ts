/**
 * What the git backend asks of an implementation of git. There is no checkout, status or index in it: everything is read
 * from objects. Every engine passes test/contract/git-engine.ts.
 */

/** `refs/heads/main`, `refs/tags/v1`. */
export type RefName = string;

/** Where a branch or tag points. Immutable. */
export interface Ref {
  /** The id in the ref itself: for an annotated tag that of the tag object. */
  readonly target: string;
  /** The commit behind `target`. */
  readonly commit: string;
}

export type Refs = ReadonlyMap<RefName, Ref>;

/** The branches and tags a remote has, unpeeled. */
export type RemoteRefs = ReadonlyMap<RefName, string>;

/** One directory of a tree; equal directories of several commits are one object. Symbolic links and submodules are left out. */
export interface TreeIndex {
  /** Blob ids by name. */
  readonly blobs: ReadonlyMap<string, string>;
  readonly trees: ReadonlyMap<string, TreeIndex>;
  /** Files here and below. */
  readonly files: number;
}

export interface CommitInfo {
  readonly id: string;
  /** First parent first. */
  readonly parents: readonly string[];
  /** Committer's time in milliseconds since the epoch. */
  readonly time: number;
  readonly tree: string;
  /** Name and address, as the commit has them: `Ann Author <ann@example.com>`. */
  readonly author: string;
}

export interface SyncSpec {
  /** What the mirror is known to hold whole; the remote is asked only for what lies beyond. */
  readonly known: Refs;
  /** What the remote was just seen to have. Not empty. */
  readonly remote: RemoteRefs;
  /** Refs the remote no longer has, and the repository to copy their objects from if they are not here. */
  readonly carry?: { readonly gitdir: string; readonly refs: Refs };
}

/** Told the file names of packs that are about to be removed. */
export type Settle = (obsolete: ReadonlySet<string>) => Promise<void>;

/** One repository on disk, and its remote if it is a mirror. */
export interface GitEngine {
  /**
   * Fetches what the remote has and verifies it. Nothing is published: the caller decides what becomes of the answer.
   * @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE
   */
  sync(spec: SyncSpec, signal: AbortSignal): Promise<Refs>;
  /** Asks the remote what it has, without fetching. @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE */
  remoteRefs(signal: AbortSignal): Promise<RemoteRefs>;
  /** All files of a commit. @throws ConfigServerError CONFIG_TOO_LARGE, CONFIG_SOURCE_UNAVAILABLE */
  treeIndex(commit: string): Promise<TreeIndex>;
  /** The contents, in the order of `ids`; not to be changed. @throws ConfigServerError CONFIG_TOO_LARGE, CONFIG_SOURCE_UNAVAILABLE */
  readBlobs(ids: readonly string[], signal: AbortSignal): Promise<readonly Uint8Array[]>;
  /** `undefined`: there is no such commit. An annotated tag's id gives its commit. */
  commitInfo(id: string): Promise<CommitInfo | undefined>;
  /**
   * Puts packs together where there are many. `rebuild`: this engine cannot, and a fresh clone should replace the repository.
   * Before packs are removed `settle` is told, so that whoever is killed in between finds all that it counts on.
   */
  maintain(signal: AbortSignal, settle: Settle): Promise<'ok' | 'rebuild'>;
  close(): Promise<void>;
}

export interface EngineLimits {
  /** Files in one tree. */
  readonly files: number;
  /** Past this a file is not even kept; what may be served is less, and the snapshot backend's to say. */
  readonly blobBytes: number;
  /** Kept blobs and trees together. */
  readonly cacheBytes: number;
  /** One answer of a remote, a pack, which the engine in JavaScript holds in memory. */
  readonly responseBytes: number;
  /** A pack that the git program writes to disk. */
  readonly packBytes: number;
  /** In a mirror; each fetch leaves one, and every read looks through all of them. Past it they are put together. */
  readonly packs: number;
}

export const defaultEngineLimits: EngineLimits = {
  files: 100_000,
  blobBytes: 16 * 1024 * 1024,
  cacheBytes: 32 * 1024 * 1024,
  responseBytes: 1024 * 1024 * 1024,
  packBytes: 16 * 1024 * 1024 * 1024,
  // As git's own gc.autoPackLimit.
  packs: 50,
};
