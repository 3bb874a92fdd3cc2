/** Time as the room sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls `act` once after `ms`. Returns what prevents that. */
  after(ms: number, act: () => void): () => void;
}

const longest = 2 ** 31 - 1;

/** Its timers keep no process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, act) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const next =
        left > longest
          ? () => {
              wait(left - longest);
            }
          : act;
      timer = setTimeout(next, Math.min(left, longest)).unref();
    };
    wait(ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

const firstWait = 1000;
const longestWait = 60_000;

/** How long to wait before attempt number `attempt` (the first is 0 and waits for nothing): doubled each time, with jitter. */
export function backoffMs(attempt: number, random: () => number): number {
  if (attempt === 0) return 0;
  const whole = Math.min(longestWait, firstWait * 2 ** Math.min(attempt - 1, 10));
  return Math.ceil(whole * (0.5 + random() / 2));
}
