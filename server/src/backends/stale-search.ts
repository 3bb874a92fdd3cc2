import type { Emit } from '../core/events.js';
import { isConfigServerError } from '../core/errors.js';
import type { ConfigServerError } from '../core/errors.js';
import type { StaleReason } from './backend.js';
import type { Content } from './resolve-snapshot.js';
import type { Snapshot, SnapshotStore } from './snapshot-store.js';

/** What one snapshot answers, perhaps from an older one. */
export interface Answer {
  readonly content: Content;
  /** The snapshot that the content is from. */
  readonly snapshot: Snapshot;
  readonly stale?: StaleReason;
}

export interface StaleSearchOptions {
  readonly name: string;
  readonly store: Pick<SnapshotStore, 'parent'>;
  readonly emit: Emit;
  /** True: a broken file is an error, whatever the history has. */
  readonly strict: boolean;
}

export type ReadContent = (snapshot: Snapshot, signal: AbortSignal) => Promise<Content>;
export type StaleSearch = (snapshot: Snapshot, read: ReadContent, signal: AbortSignal) => Promise<Answer>;

const mostAncestors = 100;
const mostReports = 1000;

/**
 * The content of a snapshot or, where a file that it needs is broken, of the newest first-parent ancestor whose files are
 * not. It is told from history alone, so every server says the same, also after a restart.
 * @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_TOO_LARGE where there is no such ancestor, or with `strict`
 */
export function createStaleSearch(options: StaleSearchOptions): StaleSearch {
  const reported = new Set<string>();
  const report = (error: ConfigServerError, broken: Snapshot, served: Snapshot | undefined): void => {
    const key = reportKey(error, broken);
    if (reported.has(key)) return;
    if (reported.size >= mostReports) reported.clear();
    reported.add(key);
    options.emit({
      type: 'file-invalid',
      source: options.name,
      ...reasonOf(error),
      version: broken.version ?? broken.id,
      servedVersion: served === undefined ? null : (served.version ?? served.id),
    });
  };

  return async (snapshot, read, signal) => {
    try {
      return { content: await read(snapshot, signal), snapshot };
    } catch (error) {
      if (!isBrokenFile(error)) throw error;
      const found = options.strict ? undefined : await newestGoodAncestor(snapshot, read, { options, signal });
      report(error, snapshot, found?.snapshot);
      if (found === undefined) throw error;
      return { ...found, stale: { brokenVersion: snapshot.version ?? snapshot.id, ...reasonOf(error) } };
    }
  };
}

async function newestGoodAncestor(
  broken: Snapshot,
  read: ReadContent,
  { options, signal }: { readonly options: StaleSearchOptions; readonly signal: AbortSignal },
): Promise<Answer | undefined> {
  let snapshot: Snapshot | undefined = broken;
  for (let distance = 0; distance < mostAncestors; distance += 1) {
    snapshot = await options.store.parent(snapshot, signal);
    if (snapshot === undefined) return undefined;
    try {
      return { content: await read(snapshot, signal), snapshot };
    } catch (error) {
      if (!isBrokenFile(error)) throw error;
    }
  }
  return undefined;
}

/** A commit can break a query by a file that cannot be read, or one that makes it too large. */
export function isBrokenFile(error: unknown): error is ConfigServerError {
  return isConfigServerError(error, 'CONFIG_FILE_INVALID', 'CONFIG_TOO_LARGE');
}

function reasonOf(error: ConfigServerError): Omit<StaleReason, 'brokenVersion'> {
  return { file: '', ...error.position, message: error.message };
}

/** Once for the bytes of a file, not for each commit that still has them. */
function reportKey({ position, message }: ConfigServerError, snapshot: Snapshot): string {
  const file = position?.file ?? '';
  return `${file}\n${snapshot.file(file)?.id ?? snapshot.id}\n${message}`;
}
