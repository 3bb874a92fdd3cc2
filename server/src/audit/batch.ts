/** Records that leave together. Who waits for one of them waits for all: there is one promise for the batch. */
export interface Batch<T> {
  readonly entries: readonly T[];
  readonly bytes: number;
  /** Undefined where nobody waits. */
  readonly done: Promise<void> | undefined;
  add(entry: T, bytes: number): void;
  /** Tells those who wait; `error`: that it could not be kept. */
  settle(error?: Error): void;
}

export function createBatch<T>(isWaitedFor: boolean): Batch<T> {
  return isWaitedFor ? new WaitedBatch<T>() : new PlainBatch<T>();
}

class PlainBatch<T> implements Batch<T> {
  readonly entries: T[] = [];
  readonly done: Promise<void> | undefined = undefined;
  bytes = 0;

  add(entry: T, bytes: number): void {
    this.entries.push(entry);
    this.bytes += bytes;
  }

  settle(): void {
    // Nobody waits.
  }
}

/**
 * `settle` is a method: where each batch had a function of its own for it, V8's collections of the young carried the entries of
 * every batch on, also of those long settled.
 */
class WaitedBatch<T> extends PlainBatch<T> {
  override readonly done: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  constructor() {
    super();
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A request that has gone meanwhile waits no more.
    this.done.catch(() => undefined);
  }

  override settle(error?: Error): void {
    if (error === undefined) this.#resolve();
    else this.#reject(error);
  }
}
