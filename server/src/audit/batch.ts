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

class WaitedBatch<T> extends PlainBatch<T> {
  override readonly done: Promise<void>;
  override settle: (error?: Error) => void = () => undefined;

  constructor() {
    super();
    this.done = new Promise((resolve, reject) => {
      this.settle = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    // A request that has gone meanwhile waits no more.
    this.done.catch(() => undefined);
  }
}
