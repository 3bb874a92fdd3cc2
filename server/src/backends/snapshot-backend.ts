import { defaultAssembleLimits } from '../core/assembly.js';
import type { AssembleLimits } from '../core/assembly.js';
import { defaultDocumentLimits } from '../core/documents/limits.js';
import type { DocumentLimits } from '../core/documents/limits.js';
import { parseFile } from '../core/documents/parse-file.js';
import type { ParseFile } from '../core/documents/parse-file.js';
import type { Emit } from '../core/events.js';
import { createPlan } from '../core/plan.js';
import type { PlanOptions } from '../core/plan.js';
import type { Query } from '../core/query.js';
import { sourceUri } from '../core/source-name.js';
import type { Backend } from './backend.js';
import { createAnswers } from './label-answers.js';
import type { LabelAnswers } from './label-answers.js';
import { labelsOf, snapshotsOf } from './labels.js';
import type { LabelledSnapshot, LabelMeaning } from './labels.js';
import type { Locate } from './locations.js';
import { createResourceReader } from './read-resource.js';
import { createSnapshotCaches } from './snapshot-caches.js';
import type { SnapshotCaches } from './snapshot-caches.js';
import type { SnapshotStore } from './snapshot-store.js';

/** A backend over any store of snapshots: plan → load → assemble, with content-addressed caches. */
export interface SnapshotBackendOptions {
  readonly name: string;
  readonly store: SnapshotStore;
  readonly emit: Emit;
  /** What names of property sources begin with: `<uri>/<path>`. User info and trailing slashes are left out. */
  readonly uri: string;
  /** Addresses of the git repositories that `store` reads. Default none. */
  readonly repositories?: readonly string[];
  readonly locate: Locate;
  /** Whether each label is a snapshot (git), or labels only choose folders of one (native). Default snapshots. */
  readonly labels?: LabelMeaning;
  /** True: a label of several that is not there is left out. Default false. */
  readonly continueOnLabelFailure?: boolean;
  /** True: a broken file is an error even where an ancestor has a good copy. Default false. */
  readonly strict?: boolean;
  /** True: resources are looked for in the last location first. Default false. */
  readonly reverseLocationOrder?: boolean;
  readonly paths?: PlanOptions;
  /** How files become documents. Default `parseFile` of core. */
  readonly parse?: ParseFile;
  readonly limits?: SnapshotBackendLimits;
}

export interface SnapshotBackendLimits {
  readonly documents?: DocumentLimits;
  readonly assemble?: AssembleLimits;
  /** Bytes of parsed documents, and of resolutions, that are kept. Default 24 MiB and 8 MiB. */
  readonly parsedCacheBytes?: number;
  readonly resolutionCacheBytes?: number;
  /** In place of caches of its own. */
  readonly caches?: SnapshotCaches;
}

const mebibyte = 1024 * 1024;

export function createSnapshotBackend(options: SnapshotBackendOptions): Backend {
  const { name, store } = options;
  const meaning = options.labels ?? 'snapshots';
  const answers = createAnswersOf(options);
  const readResource = createResourceReaderOf(options);
  const find = (query: Query, signal: AbortSignal): Promise<readonly LabelledSnapshot[]> =>
    snapshotsOf(query, { store, meaning, continueOnFailure: options.continueOnLabelFailure ?? false, signal });
  const locationsIn = ({ snapshot, label }: LabelledSnapshot, query: Query) =>
    options.locate({ query, label, directories: () => snapshot.directories() });

  return {
    name,
    resolve: async (query, signal) =>
      answers.resolve({ query, snapshots: await find(query, signal), signal, planOf: (one) => planOf(one, query) }),
    stamp(query) {
      const stamps = labelsOf(query, meaning).map((label) => store.stamp(label));
      return stamps.includes(undefined) ? undefined : stamps.join('\n');
    },
    async readFile(query, path, signal) {
      const snapshots = await find(query, signal);
      // The last label's sources come first, so its resources do too.
      const places = snapshots
        .toReversed()
        .map((one) => ({ snapshot: one.snapshot, locations: locationsIn(one, query) }));
      return readResource({ query, path, places, signal });
    },
    async knows(query, signal) {
      const known = await Promise.all(labelsOf(query, meaning).map((label) => store.knows(label, signal)));
      return known.every(Boolean);
    },
    repositories: () => options.repositories ?? [],
    refresh: (request, signal) => store.refresh(request, signal),
    health: () => store.health(),
    onVersionChange: (listener) => store.onVersionChange(listener),
    start: (signal) => store.start(signal),
    async close(closing) {
      answers.close();
      await store.close(closing);
    },
  };

  function planOf(one: LabelledSnapshot, query: Query) {
    return createPlan(query, locationsIn(one, query), options.paths);
  }
}

function createAnswersOf(options: SnapshotBackendOptions): LabelAnswers {
  const { name, store, emit, uri, strict, parse, limits = {} } = options;
  return createAnswers({
    name,
    store,
    emit,
    uri: sourceUri(uri),
    strict: strict ?? false,
    parse: parse ?? parseFile,
    limits: limits.assemble ?? defaultAssembleLimits,
    documentLimits: limits.documents ?? defaultDocumentLimits,
    caches: (limits.caches ?? cachesOf(limits)).forBackend(),
  });
}

function cachesOf({ parsedCacheBytes, resolutionCacheBytes }: SnapshotBackendLimits): SnapshotCaches {
  return createSnapshotCaches({
    parsedBytes: parsedCacheBytes ?? 24 * mebibyte,
    resolutionBytes: resolutionCacheBytes ?? 8 * mebibyte,
  });
}

function createResourceReaderOf({ store, limits, reverseLocationOrder, paths }: SnapshotBackendOptions) {
  return createResourceReader({
    store,
    fileBytes: (limits?.documents ?? defaultDocumentLimits).bytes,
    reverseLocationOrder: reverseLocationOrder ?? false,
    publicPath: paths?.publicPath ?? ((path) => path),
  });
}
