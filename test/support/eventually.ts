import { setTimeout } from 'node:timers/promises';

/** Repeats `act` until it gives something other than undefined or throws no more; the test's own timeout ends it. */
export async function eventually<T>(act: () => T | Promise<T>): Promise<Exclude<Awaited<T>, undefined>> {
  for (;;) {
    try {
      const value = await act();
      if (value !== undefined) return value as Exclude<Awaited<T>, undefined>;
    } catch {
      // Not yet.
    }
    await setTimeout(5);
  }
}
