import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

const longestMs = 8;

/**
 * Gives the event loop to others where work has held it for long. What is in memory is read without ever waiting, so many
 * reads one after another would let nobody else be answered.
 */
export function createTurns(): () => Promise<void> {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < longestMs) return;
    await setImmediate();
    begun = performance.now();
  };
}
