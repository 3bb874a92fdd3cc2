import { ConfigServerError } from '../../core/errors.js';

/** A bounded number of places to work in, and of those who wait for one. */
export interface Places {
  /** @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE where too many wait */
  in<T>(work: () => Promise<T>): Promise<T>;
}

export function createPlaces(count: number, mostWaiting: number): Places {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const enter = async (): Promise<void> => {
    if (taken < count) {
      taken += 1;
      return;
    }
    if (waiting.length >= mostWaiting)
      throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'Too many repositories are being opened.');
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    async in(work) {
      await enter();
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        // Whoever is next has the place at once.
        if (next === undefined) taken -= 1;
        else next();
      }
    },
  };
}
