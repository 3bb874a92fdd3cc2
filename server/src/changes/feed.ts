/**
 * Who wants to know what an environment is now, and again whenever it may be another: one look for all who ask for the same.
 * What has moved is told by events; a slow look at everything finds what no event told of.
 */
import type { Backend } from '../backends/backend.js';
import { ConfigServerError } from '../core/errors.js';
import { askerKey, type Query } from '../core/query.js';
import type { Environments, ServedEnvironment } from '../environments/environments.js';
import { systemClock, type Clock } from './clock.js';

export interface FeedOptions {
  readonly environments: Pick<Environments, 'get' | 'stamp'>;
  readonly backend: Pick<Backend, 'onVersionChange'>;
  /** Calls `listener` when something beside labels has moved: secrets, or a source that answers again. Returns what ends that. */
  readonly onOtherChange: (listener: () => void) => () => void;
  /** How long one look may take. Default 30 s. */
  readonly deadlineMs?: number;
  /** From one look at everything to the next, ± 25 %. Default 30 s. */
  readonly everyMs?: number;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** One who wants to know. */
export interface Watch {
  /** Has the state told again. */
  again(): void;
  /** Idempotent. */
  close(): void;
}

export interface Feed {
  /**
   * Tells the state of `query` soon, and again after each look that found it moved; the same state may be told twice. Where it
   * cannot be had nothing is told until it can. `tell` must not throw.
   * @throws ConfigServerError CONFIG_OVERLOADED
   */
  watch(query: Query, tell: (served: ServedEnvironment) => void): Watch;
  /** Looks at everything soon. */
  wake(): void;
  /** Tells nothing any more. Idempotent. */
  close(): void;
}

interface Watcher {
  readonly query: Query;
  readonly tells: Set<(served: ServedEnvironment) => void>;
  /** Of what was told last; undefined: it has to be looked at. */
  stamp: string | undefined;
  isLooking: boolean;
}

const mostWatchers = 10_000;
const atOnce = 8;
/** Moves come in bursts: labels of one fetch, secrets of one look. */
const coalesceMs = 20;

export function createFeed(options: FeedOptions): Feed {
  return new LookingFeed(options);
}

class LookingFeed implements Feed {
  readonly #options: FeedOptions;
  readonly #clock: Clock;
  readonly #watchers = new Map<string, Watcher>();
  /** In the order in which they are looked at. */
  readonly #due = new Set<Watcher>();
  readonly #closing = new AbortController();
  readonly #unsubscribe: readonly (() => void)[];
  #running = 0;
  #soon: (() => void) | undefined;
  #later: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const wake = (): void => {
      this.wake();
    };
    this.#unsubscribe = [options.backend.onVersionChange(wake), options.onOtherChange(wake)];
  }

  watch(query: Query, tell: (served: ServedEnvironment) => void): Watch {
    const key = askerKey(query);
    const watcher = this.#watchers.get(key) ?? this.#create(key, query);
    // Two who pass the same function are still two.
    const own = (served: ServedEnvironment): void => {
      tell(served);
    };
    watcher.tells.add(own);
    this.#again(watcher);
    return {
      again: () => {
        if (watcher.tells.has(own)) this.#again(watcher);
      },
      close: () => {
        watcher.tells.delete(own);
        if (watcher.tells.size === 0 && this.#watchers.get(key) === watcher) this.#forget(key, watcher);
      },
    };
  }

  wake(): void {
    if (this.#closing.signal.aborted || this.#watchers.size === 0) return;
    this.#soon ??= this.#clock.after(coalesceMs, () => {
      this.#soon = undefined;
      this.#lookAtAll();
    });
  }

  close(): void {
    this.#closing.abort(new Error('closed'));
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#soon?.();
    this.#later?.();
    this.#watchers.clear();
    this.#due.clear();
  }

  #create(key: string, query: Query): Watcher {
    if (this.#closing.signal.aborted) throw new ConfigServerError('CONFIG_OVERLOADED', 'The server is stopping.');
    if (this.#watchers.size >= mostWatchers)
      throw new ConfigServerError('CONFIG_OVERLOADED', 'Too many different queries are watched.');
    const watcher: Watcher = { query, tells: new Set(), stamp: undefined, isLooking: false };
    this.#watchers.set(key, watcher);
    this.#schedule();
    return watcher;
  }

  #forget(key: string, watcher: Watcher): void {
    this.#watchers.delete(key);
    this.#due.delete(watcher);
    if (this.#watchers.size > 0) return;
    this.#later?.();
    this.#later = undefined;
  }

  #again(watcher: Watcher): void {
    watcher.stamp = undefined;
    this.#due.add(watcher);
    this.#lookNext();
  }

  #schedule(): void {
    const { everyMs = 30_000, random = Math.random } = this.#options;
    this.#later ??= this.#clock.after(everyMs * (0.75 + random() / 2), () => {
      this.#later = undefined;
      this.#lookAtAll();
      this.#schedule();
    });
  }

  #lookAtAll(): void {
    for (const watcher of this.#watchers.values()) this.#due.add(watcher);
    this.#lookNext();
  }

  #lookNext(): void {
    for (const watcher of this.#due) {
      if (this.#running >= atOnce) return;
      // What it is being told may be from before the move: it is looked at again after.
      if (watcher.isLooking) continue;
      this.#due.delete(watcher);
      if (watcher.stamp === undefined || this.#options.environments.stamp(watcher.query) !== watcher.stamp)
        void this.#look(watcher);
    }
  }

  async #look(watcher: Watcher): Promise<void> {
    this.#running += 1;
    watcher.isLooking = true;
    watcher.stamp = undefined;
    const served = await this.#find(watcher.query);
    watcher.isLooking = false;
    this.#running -= 1;
    if (this.#closing.signal.aborted) return;
    // Who came meanwhile has asked for a look of its own, which a stamp would spare it.
    if (!this.#due.has(watcher)) watcher.stamp = served?.stamp;
    if (served !== undefined) for (const tell of [...watcher.tells]) tell(served);
    this.#lookNext();
  }

  async #find(query: Query): Promise<ServedEnvironment | undefined> {
    const { environments, deadlineMs = 30_000 } = this.#options;
    try {
      return await environments.get(query, AbortSignal.any([AbortSignal.timeout(deadlineMs), this.#closing.signal]));
    } catch {
      // Sources tell of their failures themselves.
      return undefined;
    }
  }
}
