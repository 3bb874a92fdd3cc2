import { ConfigServerError } from '../core/errors.js';

/** Lets work through one at a time. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A gate before which at most `most` wait.
 * @throws ConfigServerError CONFIG_TIMEOUT for those past that
 */
export function createGate(most: number): Gate {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    if (waiting >= most) throw new ConfigServerError('CONFIG_TIMEOUT', 'Too many keys are being opened at once.');
    waiting += 1;
    const mine = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = mine.catch(() => undefined);
    return mine;
  };
}
