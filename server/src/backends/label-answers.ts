import { createHash } from 'node:crypto';
import type { AssembleLimits } from '../core/assembly.js';
import type { DocumentLimits } from '../core/documents/limits.js';
import type { ParseFile } from '../core/documents/parse-file.js';
import type { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { Plan } from '../core/plan.js';
import { queryKey } from '../core/query.js';
import type { Query } from '../core/query.js';
import type { Resolution } from './backend.js';
import type { LabelledSnapshot } from './labels.js';
import { createParsedFiles } from './parsed-files.js';
import { contentCost, createSnapshotResolver } from './resolve-snapshot.js';
import { createSingleFlight } from '../core/single-flight.js';
import type { BackendCaches } from './snapshot-caches.js';
import type { SnapshotStore } from './snapshot-store.js';
import { createStaleSearch, isBrokenFile } from './stale-search.js';
import type { Answer } from './stale-search.js';

export interface AnswersOptions {
  readonly name: string;
  readonly store: Pick<SnapshotStore, 'read' | 'parent'>;
  readonly emit: Emit;
  readonly uri: string;
  readonly strict: boolean;
  readonly limits: AssembleLimits;
  readonly documentLimits: DocumentLimits;
  readonly parse: ParseFile;
  readonly caches: BackendCaches;
}

export interface AnswerRequest {
  readonly query: Query;
  /** In the order of the query's labels. */
  readonly snapshots: readonly LabelledSnapshot[];
  readonly planOf: (one: LabelledSnapshot) => Plan;
  readonly signal: AbortSignal;
}

/** Resolutions by snapshots and query: the same object again, and failures remembered too. */
export interface LabelAnswers {
  /** @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_TOO_LARGE, CONFIG_SOURCE_UNAVAILABLE */
  resolve(request: AnswerRequest): Promise<Resolution>;
  close(): void;
}

export type Outcome = { readonly resolution: Resolution } | { readonly error: ConfigServerError };

export function createAnswers(options: AnswersOptions): LabelAnswers {
  const { outcomes } = options.caches;
  const flights = createSingleFlight<Outcome>();
  const answer = createLabelAnswer(options);

  const compute = async (request: AnswerRequest, key: string, signal: AbortSignal): Promise<Outcome> => {
    const outcome = await outcomeOf(async () => {
      const answers: Answer[] = [];
      for (const one of request.snapshots) answers.push(await answer(one, request, signal));
      return toResolution(answers);
    });
    const held = 'error' in outcome ? 2000 : contentCost(outcome.resolution);
    outcomes.set(key, outcome, held + key.length * 2);
    return outcome;
  };

  return {
    async resolve(request) {
      const key = `${request.snapshots.map(snapshotKey).join(',')}\n${queryKey(request.query)}`;
      request.signal.throwIfAborted();
      const outcome =
        outcomes.get(key) ?? (await flights.run(key, request.signal, (signal) => compute(request, key, signal)));
      if ('error' in outcome) throw outcome.error;
      return outcome.resolution;
    },
    close: () => {
      flights.close();
    },
  };
}

/** The label chooses files, too: by `{label}` in search paths. */
function snapshotKey({ snapshot, label }: LabelledSnapshot): string {
  return `${snapshot.id} ${label ?? ''}`;
}

function createLabelAnswer(options: AnswersOptions) {
  const { store, uri, limits, name, emit, strict, caches } = options;
  const parsed = createParsedFiles({
    store,
    limits: options.documentLimits,
    cache: caches.parsed,
    parse: options.parse,
  });
  const resolveSnapshot = createSnapshotResolver({
    parsed,
    uri,
    limits,
    emit,
    cache: caches.contents,
  });
  const searchStale = createStaleSearch({ name, store, emit, strict });
  return ({ label, snapshot }: LabelledSnapshot, { planOf }: AnswerRequest, signal: AbortSignal): Promise<Answer> =>
    searchStale(snapshot, (one, inner) => resolveSnapshot(one, planOf({ label, snapshot: one }), inner), signal);
}

async function outcomeOf(act: () => Promise<Resolution>): Promise<Outcome> {
  try {
    return { resolution: await act() };
  } catch (error) {
    if (isBrokenFile(error)) return { error };
    throw error;
  }
}

/** The sources of the last label come first, while versions stand in the order of the request (§3.5). */
function toResolution(answers: readonly Answer[]): Resolution {
  const [first] = answers;
  const stale = answers.find((answer) => answer.stale !== undefined)?.stale;
  const rest = { version: joinedVersion(answers), state: first?.snapshot.state ?? null, ...(stale && { stale }) };
  if (answers.length === 1 && first !== undefined) return { ...first.content, ...rest };
  const contents = answers.toReversed().map(({ content }) => content);
  return {
    ...rest,
    sources: contents.flatMap(({ sources }) => sources),
    contentId: createHash('sha256')
      .update(contents.map(({ contentId }) => contentId).join('\n'))
      .digest('hex'),
  };
}

function joinedVersion(answers: readonly Answer[]): string | null {
  const versions = answers.map(({ snapshot }) => snapshot.version);
  return versions.every((version) => version !== null) ? versions.join(',') : null;
}
