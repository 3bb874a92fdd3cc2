import type { PropertySource } from '../core/environment.js';
import type { Query } from '../core/query.js';

/** What a backend found for a query. Immutable, and the same object for the same snapshot and query while it is cached. */
export interface Resolution {
  /** What answers carry as `version`: git the commit id, native its configured version, else null. */
  readonly version: string | null;
  readonly state: string | null;
  /** Highest precedence first. */
  readonly sources: readonly PropertySource[];
  /** Identifies the content: equal digests mean equal `sources`, whatever the version. Not keyed; never leaves the server. */
  readonly contentId: string;
  /** Set where a broken file made the backend answer from an older commit. */
  readonly stale?: StaleReason;
  /** Set where several sources took part, whose one `version` is null: that of each, in their order. */
  readonly versions?: readonly NamedVersion[];
}

/** The version of one source of several, by the source's name in the settings. */
export interface NamedVersion {
  readonly name: string;
  readonly version: string | null;
}

export interface StaleReason {
  /** The commit that was asked for and could not be read. */
  readonly brokenVersion: string;
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** A file served as it is. */
export interface Resource {
  /** Path within the repository. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly version: string | null;
  /** Commit time (git) or the file's (native), in milliseconds since the epoch. */
  readonly lastModified: number | null;
}

/** A label that points elsewhere than before. `from` or `to` null: it is new, or gone. */
export interface MovedLabel {
  readonly label: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface BackendHealth {
  /** Whether the backend has had one good copy; readiness is down until then. */
  readonly ready: boolean;
  /** Milliseconds since the epoch of the last successful check of the source; null before the first. */
  readonly lastSuccess: number | null;
  /** Public text of the newest failure since `lastSuccess`; never credentials. */
  readonly error: string | null;
  /** Whether what is served now comes from a cache because the source does not answer. */
  readonly isOutdated?: boolean;
  /** Of a composite: each of its sources, in order. */
  readonly parts?: readonly NamedHealth[];
  /** Repositories chosen by pattern that have been opened or have failed. They do not count for the rest. */
  readonly repositories?: readonly NamedHealth[];
}

export interface NamedHealth extends BackendHealth {
  readonly name: string;
}

/** What is known of a change: everything that is left out may have changed. */
export interface RefreshRequest {
  readonly label?: string;
  /** Checks are repeated until this full commit id is served (at `label`, where one is given), or the signal fires. */
  readonly commit?: string;
  /** What `label` led to before the change. */
  readonly previous?: string;
  /** Addresses of the changed repository in any form; see refresh-parts.ts. */
  readonly repositories?: readonly string[];
}

export interface CloseOptions {
  /** True: what is kept on disk goes, too. Default false. */
  readonly discard?: boolean;
}

/** Where property sources come from. Every implementation passes test/contract/backend.ts. */
export interface Backend {
  /** A short name for health, logs and metrics: the source's name in the settings. */
  readonly name: string;
  /**
   * The ordered property sources for `query`.
   * @throws ConfigServerError CONFIG_LABEL_NOT_FOUND, CONFIG_FILE_INVALID, CONFIG_SOURCE_UNAVAILABLE, CONFIG_TOO_LARGE
   */
  resolve(query: Query, signal: AbortSignal): Promise<Resolution>;
  /**
   * Cheap and synchronous: while it returns an equal text, `resolve(query)` returns an equal resolution.
   * `undefined`: nothing can be promised (not looked up yet, or a check is due), ask `resolve`.
   */
  stamp(query: Query): string | undefined;
  /**
   * The first existing file for `path` in the search locations (spring-cloud-config.md §1.5).
   * @throws ConfigServerError CONFIG_RESOURCE_NOT_FOUND, CONFIG_LABEL_NOT_FOUND, CONFIG_SOURCE_UNAVAILABLE, CONFIG_TOO_LARGE
   */
  readFile(query: Query, path: string, signal: AbortSignal): Promise<Resource>;
  /** Whether `resolve(query)` answers from what is here. Finding out never asks a remote. */
  knows(query: Query, signal: AbortSignal): Promise<boolean>;
  /** Addresses, without user info, of the git repositories it reads now; none for other sources. */
  repositories(): readonly string[];
  /** Checks the source now. @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE */
  refresh(request: RefreshRequest, signal: AbortSignal): Promise<readonly MovedLabel[]>;
  /** Of the whole, or of what `query` is answered from. Never does I/O to a remote. */
  health(query?: Query): BackendHealth;
  /** Called after a label moved. Returns the function that unsubscribes. */
  onVersionChange(listener: (moved: readonly MovedLabel[]) => void): () => void;
  /** Opens the source and starts its background refresh. A remote that is down does not make it fail. */
  start(signal: AbortSignal): Promise<void>;
  close(options?: CloseOptions): Promise<void>;
}
