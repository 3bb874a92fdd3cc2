/** Time as the room sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `act` once after `ms`. Returns what prevents that. */
  after(ms: number, act: () => void): () => void;
}

/** Its timers keep no process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, act) {
    const timer = setTimeout(act, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** `2026-11-24T08:46:10.123Z` */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `isoTime` for one moment after the other: many records share a millisecond. */
export function createIsoTimes(): (ms: number) => string {
  let last = Number.NaN;
  let text = '';
  return (ms) => {
    if (ms !== last) {
      last = ms;
      text = isoTime(ms);
    }
    return text;
  };
}
