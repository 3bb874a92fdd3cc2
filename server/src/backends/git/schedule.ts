export interface ScheduleOptions {
  /** Between successful runs, in milliseconds; null: none after the first success. */
  readonly intervalMs: number | null;
  /** Before the first retry, doubled with each. */
  readonly retryMs: number;
  readonly random: () => number;
  /** Never rejects; tells whether it succeeded. */
  readonly run: () => Promise<boolean>;
}

export interface Schedule {
  /** Plans the next run after one that ended so, whoever started it. */
  settled(isSuccess: boolean): void;
  close(): void;
}

const jitter = 0.2;
const longestRetryMs = 60_000;

/** Repeats `run` with jitter, and with growing pauses while it fails. Timers do not keep the process alive. */
export function createSchedule({ intervalMs, retryMs, random, run }: ScheduleOptions): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let isClosed = false;
  const plan = (delayMs: number): void => {
    clearTimeout(timer);
    if (isClosed) return;
    const factor = 1 - jitter + 2 * jitter * random();
    timer = setTimeout(() => void run(), Math.round(delayMs * factor));
    timer.unref();
  };
  return {
    settled: (isSuccess) => {
      failures = isSuccess ? 0 : failures + 1;
      if (!isSuccess)
        plan(Math.min(retryMs * 2 ** Math.min(failures - 1, 20), Math.max(intervalMs ?? 0, longestRetryMs)));
      else if (intervalMs !== null) plan(intervalMs);
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
