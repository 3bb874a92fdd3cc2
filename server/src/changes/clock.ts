/** Time as the room sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `act` once after `ms`, a day at most. Returns what prevents that. */
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
