import type { Clock } from '#server/vault/clock.js';

/** Time that passes when a test says so. */
export interface ManualClock extends Clock {
  /** Lets `ms` pass: what is due is called. */
  pass(ms: number): void;
  /** How long until the next thing that is due; undefined: nothing is. */
  readonly next: number | undefined;
}

export function createManualClock(): ManualClock {
  let now = 1_000_000;
  const due = new Set<{ readonly at: number; readonly act: () => void }>();
  return {
    now: () => now,
    after(ms, act) {
      const one = { at: now + ms, act };
      due.add(one);
      return () => due.delete(one);
    },
    pass(ms) {
      now += ms;
      for (const one of [...due].sort((left, right) => left.at - right.at)) {
        if (one.at > now || !due.delete(one)) continue;
        one.act();
      }
    },
    get next() {
      return due.size === 0 ? undefined : Math.min(...[...due].map(({ at }) => at)) - now;
    },
  };
}
