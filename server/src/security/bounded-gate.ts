import { ConfigServerError } from '../core/errors.js';

/** Lets a few computations run at once and a few more wait. */
export type BoundedGate = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

export interface BoundedGateOptions {
  readonly atOnce: number;
  readonly waiting: number;
}

/** @throws ConfigServerError CONFIG_OVERLOADED for those past the queue; the signal's reason for who stopped waiting */
export function createBoundedGate({ atOnce, waiting }: BoundedGateOptions): BoundedGate {
  let running = 0;
  const queue = new Set<() => void>();

  const enter = (signal: AbortSignal): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return Promise.resolve();
    }
    if (queue.size >= waiting)
      throw new ConfigServerError('CONFIG_OVERLOADED', 'Too many credentials are being checked.');
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        queue.delete(start);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.add(start);
    });
  };
  const release = (): void => {
    const [first] = queue;
    if (first === undefined) return void (running -= 1);
    // The place goes over to who has waited longest.
    queue.delete(first);
    first();
  };

  return async (work, signal) => {
    signal.throwIfAborted();
    await enter(signal);
    try {
      return await work();
    } finally {
      release();
    }
  };
}
