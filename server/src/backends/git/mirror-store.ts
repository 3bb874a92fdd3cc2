/** Serves a mirror from memory: requests read the published refs, checks of the remote run in the background. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BackendHealth, CloseOptions, MovedLabel, RefreshRequest } from '../backend.js';
import { orAborted } from '../../core/single-flight.js';
import type { Snapshot, SnapshotFile } from '../snapshot-store.js';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import { refreshUntilServed } from './await-commit.js';
import type { Served } from './await-commit.js';
import { createCommitSnapshots } from './commit-snapshots.js';
import type { CommitSnapshots } from './commit-snapshots.js';
import type { GitEngine } from './engine.js';
import type { GitStore } from './git-store.js';
import { createHistory } from './history.js';
import type { History } from './history.js';
import { foundUnder } from '../labels.js';
import { asCommitId, isRefName, labelNotFound } from './labels.js';
import { Mirror } from './mirror.js';
import type { MirrorOptions, Published } from './mirror.js';
import { createSchedule } from './schedule.js';
import type { Schedule } from './schedule.js';
import { createCheckFlight } from './check-flight.js';
import { createUnknownLabels } from './unknown-labels.js';
import type { UnknownLabels, UnknownLabelsOptions } from './unknown-labels.js';

export interface MirrorStoreOptions {
  readonly source: string;
  readonly mirror: Omit<MirrorOptions, 'onRepaired' | 'onDamage'>;
  readonly candidates: (label: string | null) => readonly string[];
  readonly refreshIntervalMs: number | null;
  readonly retryMs: number;
  /** A whole check: listing, fetching, indexing. */
  readonly checkTimeoutMs: number;
  /** How long `start` waits for the first clone. */
  readonly startWaitMs: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly emit: Emit;
  readonly unknownLabels?: Pick<UnknownLabelsOptions, 'capacity' | 'rememberMs'>;
}

/** What a label came to. */
interface Named {
  readonly label: string;
  readonly commit: string;
}

/** Commit ids found under one set of refs, so that their stamps need no walk. */
interface Found {
  readonly published: Published;
  readonly history: History;
  readonly commits: Map<string, string>;
}

const rememberedIds = 1_000;

class MirrorStore implements GitStore {
  readonly #options: MirrorStoreOptions;
  readonly #mirror: Mirror;
  readonly #snapshots: CommitSnapshots = createCommitSnapshots();
  readonly #schedule: Schedule;
  readonly #unknown: UnknownLabels;
  readonly #closing = new AbortController();
  readonly #flight: () => Promise<readonly MovedLabel[]>;
  readonly #listeners = new Set<(moved: readonly MovedLabel[]) => void>();
  readonly #asking = new Map<string, Promise<unknown>>();
  #found: Found | undefined;
  #error: string | null = null;
  #underWay: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: MirrorStoreOptions) {
    const { source, emit, refreshIntervalMs: intervalMs, retryMs, random, now } = options;
    this.#options = options;
    this.#flight = createCheckFlight(() => {
      const check = this.#check();
      this.#underWay = check.catch(() => undefined);
      return check;
    });
    this.#mirror = new Mirror({
      ...options.mirror,
      onRepaired: (reason) => {
        emit({ type: 'mirror-repaired', source, reason });
      },
      onDamage: () => void this.#look(),
    });
    this.#schedule = createSchedule({ intervalMs, retryMs, random, run: () => this.#look() });
    this.#unknown = createUnknownLabels({ ...options.unknownLabels, now });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#mirror.open();
    const first = this.#look();
    if (this.#mirror.published !== undefined) return;
    const waited = new AbortController();
    const wait = pause(this.#options.startWaitMs, undefined, {
      ref: false,
      signal: AbortSignal.any([signal, waited.signal]),
    });
    await Promise.race([first, wait.catch(() => undefined)]);
    waited.abort();
  }

  /** A check that never rejects; its failure is in events and health. */
  #look(): Promise<boolean> {
    return this.#flight().then(
      () => true,
      () => false,
    );
  }

  async #check(): Promise<readonly MovedLabel[]> {
    const began = this.#options.now();
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#options.checkTimeoutMs)]);
    try {
      signal.throwIfAborted();
      const wasReady = this.#mirror.published !== undefined;
      const moved = await this.#mirror.check(signal);
      this.#succeeded(began, moved, wasReady);
      return wasReady ? moved : [];
    } catch (error) {
      throw this.#failed(error, signal);
    }
  }

  #succeeded(began: number, moved: readonly MovedLabel[], wasReady: boolean): void {
    const { source, emit, now } = this.#options;
    if (this.#error !== null) emit({ type: 'source-recovered', source });
    this.#error = null;
    emit({ type: 'source-synced', source, milliseconds: now() - began, moved: moved.length });
    this.#schedule.settled(true);
    if (moved.length === 0) return;
    this.#unknown.clear();
    if (!wasReady) return;
    for (const label of moved) emit({ type: 'label-moved', source, ...label });
    for (const listener of this.#listeners) listener(moved);
  }

  #failed(error: unknown, signal: AbortSignal): ConfigServerError {
    const { source, emit } = this.#options;
    const failure = isConfigServerError(error) ? error : this.#describe(error, signal);
    if (this.#closing.signal.aborted) return failure;
    this.#error = failure.message;
    emit({ type: 'source-failed', source, message: failure.message, diagnostics: failure.diagnostics });
    this.#schedule.settled(false);
    return failure;
  }

  #describe(error: unknown, signal: AbortSignal): ConfigServerError {
    const { uri } = this.#options.mirror;
    const { checkTimeoutMs } = this.#options;
    const isLate = signal.aborted && !this.#closing.signal.aborted;
    const problem = isLate ? `was not fetched within ${checkTimeoutMs} ms` : 'could not be mirrored';
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `The repository ${uri} ${problem}.`, {
      diagnostics: { cause },
    });
  }

  async normalize(label: string | null, signal: AbortSignal): Promise<Snapshot> {
    const labels = this.#options.candidates(label);
    const found = (await this.#resolve(labels, signal)) ?? (await this.#askRemote(labels, signal));
    if (found === undefined) throw labelNotFound(labels[0] ?? '');
    const snapshot = await this.#snapshots.at(this.#published().generation.engine, found.commit);
    return foundUnder(snapshot, found.label, labels[0]);
  }

  async #resolve(labels: readonly string[], signal: AbortSignal): Promise<Named | undefined> {
    for (const label of labels) {
      const commit = this.#named(label) ?? (await this.#findCommit(label, signal));
      if (commit !== undefined) return { label, commit };
    }
    return undefined;
  }

  /** By published refs, and commit ids found under them before. */
  #named(label: string): string | undefined {
    const { refs } = this.#published();
    const ref = refs.get(`refs/heads/${label}`) ?? refs.get(`refs/tags/${label}`);
    if (ref !== undefined) return ref.commit;
    return this.#found?.published === this.#mirror.published ? this.#found?.commits.get(label) : undefined;
  }

  async #findCommit(label: string, signal: AbortSignal): Promise<string | undefined> {
    const id = asCommitId(label);
    if (id === undefined) return undefined;
    const found = this.#findings();
    const tips = [...found.published.refs.values()].map(({ commit }) => commit);
    const commit = await found.history.find(tips, id, signal);
    if (commit === undefined) return undefined;
    if (found.commits.size >= rememberedIds) found.commits.clear();
    found.commits.set(label, commit);
    return commit;
  }

  #findings(): Found {
    const published = this.#published();
    const before = this.#found;
    if (before?.published === published) return before;
    const isSameEngine = before?.published.generation === published.generation;
    const history = isSameEngine ? before.history : createHistory(published.generation.engine);
    this.#found = { published, history, commits: new Map() };
    return this.#found;
  }

  /** The one case in which a request waits for the remote: a label nobody has asked for lately. */
  async #askRemote(labels: readonly string[], signal: AbortSignal): Promise<Named | undefined> {
    const [label] = labels;
    if (label === undefined || !labels.some(isRefName)) return undefined;
    const asking = this.#asking.get(label) ?? this.#ask(label);
    if (asking === undefined) return undefined;
    await orAborted(asking, signal);
    const found = await this.#resolve(labels, signal);
    if (found === undefined) this.#unknown.remember(label);
    return found;
  }

  #ask(label: string): Promise<unknown> | undefined {
    if (!this.#unknown.shouldCheck(label)) return undefined;
    const asking = this.#look().finally(() => this.#asking.delete(label));
    this.#asking.set(label, asking);
    return asking;
  }

  async knows(label: string | null, signal: AbortSignal): Promise<boolean> {
    if (this.#mirror.published === undefined) return true;
    return (await this.#resolve(this.#options.candidates(label), signal)) !== undefined;
  }

  #published(): Published {
    const { published } = this.#mirror;
    if (published !== undefined) return published;
    const problem = this.#error ?? `The repository ${this.#options.mirror.uri} has not been cloned yet.`;
    throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', problem);
  }

  engine(): GitEngine {
    return this.#published().generation.engine;
  }

  stamp(label: string | null): string | undefined {
    if (this.#mirror.published === undefined) return undefined;
    for (const [at, candidate] of this.#options.candidates(label).entries()) {
      const commit = this.#named(candidate);
      if (commit !== undefined) return at === 0 ? commit : `${commit} ${candidate}`;
      if (asCommitId(candidate) !== undefined) return undefined;
    }
    return undefined;
  }

  read(files: readonly SnapshotFile[], signal: AbortSignal): Promise<readonly Uint8Array[]> {
    return this.#published().generation.engine.readBlobs(
      files.map(({ id }) => id),
      signal,
    );
  }

  parent(snapshot: Snapshot): Promise<Snapshot | undefined> {
    return this.#snapshots.parent(this.#published().generation.engine, snapshot);
  }

  modified(snapshot: Snapshot): Promise<number | null> {
    return this.#snapshots.modified(this.#published().generation.engine, snapshot);
  }

  refresh(request: RefreshRequest, signal: AbortSignal): Promise<readonly MovedLabel[]> {
    const open = AbortSignal.any([signal, this.#closing.signal]);
    return refreshUntilServed(request, { served: () => this.#served(), check: () => this.#flight() }, open);
  }

  #served(): Served | undefined {
    const { published } = this.#mirror;
    return published && { refs: published.refs, engine: published.generation.engine };
  }

  health(): BackendHealth {
    return {
      ready: this.#mirror.published !== undefined,
      lastSuccess: this.#mirror.lastSuccess,
      error: this.#error,
    };
  }

  onVersionChange(listener: (moved: readonly MovedLabel[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#end(options);
    return this.#closed;
  }

  async #end(options: CloseOptions): Promise<void> {
    this.#closing.abort(new Error('closed'));
    this.#schedule.close();
    this.#listeners.clear();
    await this.#underWay;
    await this.#mirror.close(options);
  }
}

export function createMirrorStore(options: MirrorStoreOptions): GitStore {
  return new MirrorStore(options);
}
