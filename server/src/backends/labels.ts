import { isConfigServerError } from '../core/errors.js';
import type { Query } from '../core/query.js';
import type { Snapshot, SnapshotStore } from './snapshot-store.js';

/** `snapshots`: each label stands for one (git). `folders`: there is one snapshot, labels choose folders in it (native). */
export type LabelMeaning = 'snapshots' | 'folders';

export interface LabelledSnapshot {
  /** Null: the default label. */
  readonly label: string | null;
  readonly snapshot: Snapshot;
}

export interface SnapshotsOptions {
  readonly store: Pick<SnapshotStore, 'normalize'>;
  readonly meaning: LabelMeaning;
  readonly continueOnFailure: boolean;
  readonly signal: AbortSignal;
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
      found.push({ label, snapshot: await options.store.normalize(label, options.signal) });
    } catch (error) {
      if (!options.continueOnFailure || !isConfigServerError(error, 'CONFIG_LABEL_NOT_FOUND')) throw error;
      missing ??= error;
    }
  }
  if (found.length === 0) throw missing;
  return found;
}
