import { isConfigServerError } from '../core/errors.js';
import type { Query } from '../core/query.js';
import type { Snapshot, SnapshotStore } from './snapshot-store.js';

/** `snapshots`: each label stands for one (git). `folders`: there is one snapshot, labels choose folders in it (native). */
export type LabelMeaning = 'snapshots' | 'folders';

export interface LabelledSnapshot {
  /** The one that was asked for, or the one that stands in for it; null: the default label. */
  readonly label: string | null;
  readonly snapshot: Snapshot;
}

export interface SnapshotsOptions {
  readonly store: Pick<SnapshotStore, 'normalize'>;
  readonly meaning: LabelMeaning;
  readonly continueOnFailure: boolean;
  readonly signal: AbortSignal;
}

/** `snapshot`, saying under which label it was found where that is not the one of `asked`. */
export function foundUnder(snapshot: Snapshot, label: string, asked: string | undefined): Snapshot {
  if (label === asked) return snapshot;
  const { id, version, state } = snapshot;
  return { id, version, state, label, file: (path) => snapshot.file(path), directories: () => snapshot.directories() };
}

/** The labels that a query looks up, in its order. */
export function labelsOf(query: Query, meaning: LabelMeaning): readonly (string | null)[] {
  return meaning === 'folders' || query.labels.length === 0 ? [query.label] : query.labels;
}

/**
 * The snapshots of a query's labels, in its order.
 * @throws ConfigServerError CONFIG_LABEL_NOT_FOUND, CONFIG_SOURCE_UNAVAILABLE
 */
export async function snapshotsOf(query: Query, options: SnapshotsOptions): Promise<readonly LabelledSnapshot[]> {
  const labels = labelsOf(query, options.meaning);
  const found: LabelledSnapshot[] = [];
  let missing: unknown;
  for (const label of labels) {
    try {
      const snapshot = await options.store.normalize(label, options.signal);
      found.push({ label: snapshot.label ?? label, snapshot });
    } catch (error) {
      if (!options.continueOnFailure || !isConfigServerError(error, 'CONFIG_LABEL_NOT_FOUND')) throw error;
      missing ??= error;
    }
  }
  if (found.length === 0) throw missing;
  return found;
}
