/** Serves a local repository in place: every request looks at the ref files, so a commit is visible on the next one. */
import type { BackendHealth, MovedLabel, RefreshRequest } from '../backend.js';
import type { Snapshot, SnapshotFile } from '../snapshot-store.js';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { refreshUntilServed } from './await-commit.js';
import type { Served } from './await-commit.js';
import { createCommitSnapshots } from './commit-snapshots.js';
import type { CommitSnapshots } from './commit-snapshots.js';
import type { GitEngine, Ref, RefName, Refs } from './engine.js';
import type { GitStore } from './git-store.js';
import { createHistory } from './history.js';
import type { History } from './history.js';
import { foundUnder } from '../labels.js';
import { asCommitId, isRefName, labelNotFound } from './labels.js';
import { allRefs, findGitdir, findRef, isSymbolicRef, labelFolders, refStamp } from './local-repository.js';
import { movedLabels } from './moved-labels.js';
import { createSchedule } from './schedule.js';
import type { Schedule } from './schedule.js';

export interface LocalStoreOptions {
  readonly path: string;
  /** Tried in order where a request has no label. */
  readonly candidates: (label: string | null) => readonly string[];
  readonly refreshIntervalMs: number | null;
  /** @throws ConfigServerError CONFIG_REPOSITORY_UNSUPPORTED */
  readonly createEngine: (gitdir: string) => GitEngine;
  readonly now: () => number;
  readonly random: () => number;
  readonly onFailure: (error: ConfigServerError) => void;
  readonly onMoved: (moved: readonly MovedLabel[]) => void;
}

interface Opened {
  readonly gitdir: string;
  readonly engine: GitEngine;
  readonly history: History;
}

type LabelKind = 'present' | 'absent' | 'uncertain';

/** Looking at local ref files is cheap; listeners should hear of a commit soon. */
const longestIntervalMs = 5_000;
const rememberedStamps = 1_000;

class LocalStore implements GitStore {
  readonly #options: LocalStoreOptions;
  readonly #snapshots: CommitSnapshots = createCommitSnapshots();
  readonly #schedule: Schedule;
  readonly #listeners = new Set<(moved: readonly MovedLabel[]) => void>();
  readonly #kinds = new Map<string, { readonly stamp: string; readonly kind: LabelKind }>();
  #opened: Opened | undefined;
  #refs: Refs = new Map();
  #isReady = false;
  readonly #closing = new AbortController();
  #looking = false;
  #lastSuccess: number | null = null;
  #error: string | null = null;

  constructor(options: LocalStoreOptions) {
    const { refreshIntervalMs: interval, random } = options;
    this.#options = options;
    this.#schedule = createSchedule({
      intervalMs: interval === null ? null : Math.min(interval, longestIntervalMs),
      retryMs: 1_000,
      random,
      run: () => this.#look(),
    });
  }

  async start(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      if (isConfigServerError(error, 'CONFIG_REPOSITORY_UNSUPPORTED')) throw error;
    }
    this.#schedule.settled(this.#isReady);
  }

  async #look(): Promise<boolean> {
    const isSuccess = await this.#check().then(
      () => true,
      () => false,
    );
    this.#schedule.settled(isSuccess);
    return isSuccess;
  }

  /** Compares all refs with those seen last, and tells who listens. */
  async #check(): Promise<readonly MovedLabel[]> {
    try {
      const { gitdir, engine } = await this.#open();
      const found = allRefs(gitdir);
      const next = await this.#peel(engine, found);
      if (next.size === 0) throw noCommits(found.size);
      const moved = movedLabels(this.#refs, next);
      const isFirst = !this.#isReady;
      this.#refs = next;
      this.#succeeded();
      if (moved.length > 0 && !isFirst) this.#tell(moved);
      return isFirst ? [] : moved;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #tell(moved: readonly MovedLabel[]): void {
    this.#options.onMoved(moved);
    for (const listener of this.#listeners) listener(moved);
  }

  #succeeded(): void {
    this.#isReady = true;
    this.#error = null;
    this.#lastSuccess = this.#options.now();
  }

  #failed(error: unknown): unknown {
    if (!isConfigServerError(error)) return error;
    if (this.#error !== error.message) this.#options.onFailure(error);
    this.#error = error.message;
    return error;
  }

  async #peel(engine: GitEngine, found: ReadonlyMap<RefName, string>): Promise<Refs> {
    const refs = new Map<RefName, Ref>();
    for (const [name, target] of found) {
      const before = this.#refs.get(name);
      const commit = before?.target === target ? before.commit : (await engine.commitInfo(target))?.id;
      if (commit !== undefined) refs.set(name, { target, commit });
    }
    return refs;
  }

  /** Opens the repository, again where its folder has been replaced by one of another form. */
  async #open(): Promise<Opened> {
    const gitdir = findGitdir(this.#options.path);
    if (gitdir === undefined) {
      throw new ConfigServerError(
        'CONFIG_SOURCE_UNAVAILABLE',
        'There is no git repository at the path of the source.',
        {
          diagnostics: { path: this.#options.path },
        },
      );
    }
    if (this.#opened?.gitdir === gitdir) return this.#opened;
    const engine = this.#options.createEngine(gitdir);
    await this.#opened?.engine.close();
    this.#opened = { gitdir, engine, history: createHistory(engine) };
    return this.#opened;
  }

  async normalize(label: string | null, signal: AbortSignal): Promise<Snapshot> {
    try {
      const opened = await this.#open();
      const labels = this.#options.candidates(label);
      for (const candidate of labels) {
        const commit = await this.#resolve(opened, candidate, signal);
        if (commit === undefined) continue;
        const snapshot = await this.#snapshots.at(opened.engine, commit);
        this.#succeeded();
        return foundUnder(snapshot, candidate, labels[0]);
      }
      if (!this.#isReady) await this.#check();
      throw labelNotFound(labels[0] ?? '');
    } catch (error) {
      throw isConfigServerError(error, 'CONFIG_LABEL_NOT_FOUND', 'CONFIG_TOO_LARGE') ? error : this.#failed(error);
    }
  }

  async #resolve(opened: Opened, label: string, signal: AbortSignal): Promise<string | undefined> {
    if (!isRefName(label)) return undefined;
    const target = findRef(opened.gitdir, label);
    if (target !== undefined) {
      const commit = (await opened.engine.commitInfo(target))?.id;
      if (!this.#isSeen(label, target)) this.#lookSoon();
      return commit;
    }
    const id = asCommitId(label);
    if (id === undefined) return undefined;
    this.#refs = await this.#peel(opened.engine, allRefs(opened.gitdir));
    const tips = [...this.#refs.values()].map(({ commit }) => commit);
    return opened.history.find(tips, id, signal);
  }

  #isSeen(label: string, target: string): boolean {
    return labelFolders.some((folder) => this.#refs.get(`${folder}/${label}`)?.target === target);
  }

  /** A request has seen a ref move before the schedule did: listeners should not wait for it. */
  #lookSoon(): void {
    if (this.#looking || this.#closing.signal.aborted) return;
    this.#looking = true;
    setImmediate(() => {
      void this.#look().finally(() => {
        this.#looking = false;
      });
    });
  }

  knows(): Promise<boolean> {
    return Promise.resolve(true);
  }

  stamp(label: string | null): string | undefined {
    const gitdir = this.#opened?.gitdir;
    if (gitdir === undefined) return undefined;
    let stamps = '';
    for (const candidate of this.#options.candidates(label)) {
      const stamp = isRefName(candidate) ? refStamp(gitdir, candidate, this.#options.now()) : undefined;
      const kind = stamp === undefined ? 'uncertain' : this.#kindOf(gitdir, candidate, stamp);
      if (kind === 'uncertain') return undefined;
      stamps += `${stamp} `;
      if (kind === 'present') return stamps;
    }
    return stamps;
  }

  /** Whether these very files give `label` a commit; uncertain if it is symbolic or an id, which other refs decide on. */
  #kindOf(gitdir: string, label: string, stamp: string): LabelKind {
    const known = this.#kinds.get(label);
    if (known?.stamp === stamp) return known.kind;
    const isPresent = findRef(gitdir, label) !== undefined;
    const isUncertain = isSymbolicRef(gitdir, label) || (!isPresent && asCommitId(label) !== undefined);
    const kind = isUncertain ? 'uncertain' : isPresent ? 'present' : 'absent';
    if (this.#kinds.size >= rememberedStamps) this.#kinds.clear();
    this.#kinds.set(label, { stamp, kind });
    return kind;
  }

  engine(): GitEngine {
    if (this.#opened !== undefined) return this.#opened.engine;
    throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', this.#error ?? 'The repository has not been opened yet.');
  }

  async read(files: readonly SnapshotFile[], signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const { engine } = this.#opened ?? (await this.#open());
    return engine.readBlobs(
      files.map(({ id }) => id),
      signal,
    );
  }

  async parent(snapshot: Snapshot): Promise<Snapshot | undefined> {
    const { engine } = this.#opened ?? (await this.#open());
    return this.#snapshots.parent(engine, snapshot);
  }

  async modified(snapshot: Snapshot): Promise<number | null> {
    const { engine } = this.#opened ?? (await this.#open());
    return this.#snapshots.modified(engine, snapshot);
  }

  refresh(request: RefreshRequest, signal: AbortSignal): Promise<readonly MovedLabel[]> {
    const open = AbortSignal.any([signal, this.#closing.signal]);
    const served = (): Served | undefined => this.#opened && { refs: this.#refs, engine: this.#opened.engine };
    return refreshUntilServed(request, { served, check: () => this.#check() }, open);
  }

  health(): BackendHealth {
    return { ready: this.#isReady, lastSuccess: this.#lastSuccess, error: this.#error };
  }

  onVersionChange(listener: (moved: readonly MovedLabel[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    this.#schedule.close();
    this.#listeners.clear();
    await this.#opened?.engine.close();
  }
}

export function createLocalStore(options: LocalStoreOptions): GitStore {
  return new LocalStore(options);
}

function noCommits(refs: number): ConfigServerError {
  const message =
    refs === 0
      ? 'The repository has no commits yet.'
      : 'None of the refs of the repository leads to a commit that can be read.';
  return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', message);
}
