import type { Backend, RefreshRequest } from '../backends/backend.js';
import type { Emit } from '../core/events.js';

export interface RefreshesOptions {
  readonly backend: Pick<Backend, 'refresh'>;
  /** For one refresh, in milliseconds: how long an announced commit is waited for. */
  readonly deadlineMs: number;
  readonly emit: Emit;
}

/** Refreshes in the background: equal ones are one, and there are never more than a few. */
export interface Refreshes {
  /** Whether it succeeded; never rejects. */
  run(request: RefreshRequest): Promise<boolean>;
  /** Ends what runs and forgets what waits. Idempotent. */
  close(): Promise<void>;
}

interface Waiting {
  readonly key: string;
  readonly request: RefreshRequest;
  readonly done: Promise<boolean>;
  readonly settle: (isSuccess: boolean) => void;
}

const mostRunning = 8;
const mostWaiting = 64;
/** Past the bounds one refresh of everything stands for all: nothing is lost but the waiting for a commit. */
const everything: RefreshRequest = {};

class RefreshQueue implements Refreshes {
  readonly #options: RefreshesOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Map<string, Waiting>();
  readonly #closing = new AbortController();

  constructor(options: RefreshesOptions) {
    this.#options = options;
  }

  run(request: RefreshRequest): Promise<boolean> {
    if (this.#closing.signal.aborted) return Promise.resolve(false);
    const key = keyOf(request);
    const same = this.#waiting.get(key) ?? (request.commit === undefined ? undefined : this.#running.get(key));
    if (same !== undefined) return same.done;
    if (this.#waiting.size >= mostWaiting && request !== everything) return this.run(everything);
    const waiting = createWaiting(key, request);
    this.#waiting.set(key, waiting);
    this.#startNext();
    return waiting.done;
  }

  /** What has begun without a commit to wait for may have looked too early, so the same waits for its end. */
  #startNext(): void {
    for (const waiting of this.#waiting.values()) {
      if (this.#running.size >= mostRunning) return;
      if (this.#running.has(waiting.key)) continue;
      this.#waiting.delete(waiting.key);
      this.#running.set(waiting.key, waiting);
      void this.#start(waiting);
    }
  }

  async #start({ key, request, settle }: Waiting): Promise<void> {
    const isSuccess = await this.#refresh(request);
    this.#running.delete(key);
    settle(isSuccess);
    this.#startNext();
  }

  async #refresh(request: RefreshRequest): Promise<boolean> {
    const { backend, deadlineMs, emit } = this.#options;
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      await backend.refresh(request, AbortSignal.any([deadline, this.#closing.signal]));
      return true;
    } catch {
      // A source that fails tells of it itself.
      const { label = null, commit = null } = request;
      if (deadline.aborted) emit({ type: 'refresh-late', label, commit, milliseconds: deadlineMs });
      return false;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    for (const { settle } of this.#waiting.values()) settle(false);
    this.#waiting.clear();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }
}

export function createRefreshes(options: RefreshesOptions): Refreshes {
  return new RefreshQueue(options);
}

function keyOf({ label, commit, previous, repositories }: RefreshRequest): string {
  return JSON.stringify([label, commit, previous, repositories]);
}

function createWaiting(key: string, request: RefreshRequest): Waiting {
  let settle: Waiting['settle'] = () => undefined;
  const done = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { key, request, done, settle };
}
