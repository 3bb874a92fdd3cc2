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
 * No closure of a batch has its entries in reach: what of an old closure has not been collected yet would keep them, and each
 * collection would carry all entries of all batches on.
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
