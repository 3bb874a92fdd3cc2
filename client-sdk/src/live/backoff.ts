const firstRetry = 1_000;
const longestRetry = 60_000;

/** Milliseconds until the next poll: the interval ± 20 %, so that instances spread. */
export function pollDelay(interval: number, random: () => number): number {
  return interval * (0.8 + 0.4 * random());
}

/** Milliseconds until the next try: doubled at each failure up to a cap, with full jitter. */
export function retryDelay(failures: number, interval: number, random: () => number): number {
  const first = Math.min(firstRetry, interval);
  const cap = Math.max(longestRetry, interval);
  return random() * Math.min(cap, first * 2 ** Math.min(failures - 1, 30));
}
