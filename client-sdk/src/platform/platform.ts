/** What the SDK needs of the machine it runs on. Tests give their own clock, timers, randomness and fetch. */
export interface Platform {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds that only grow; for ages and deadlines. */
  readonly now: () => number;
  /** Milliseconds since 1970; for dates in headers. */
  readonly wallClock: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** An id that nobody else has. */
  readonly uuid: () => string;
  /** Calls back once; returns what cancels it. */
  readonly startTimer: (callback: () => void, milliseconds: number, options: TimerOptions) => () => void;
  /** A variable of the process environment. */
  readonly environment: (name: string) => string | undefined;
  /** Tells the operator what no listener was there to hear. */
  readonly warn: (message: string, code: string) => void;
}

export interface TimerOptions {
  /** Whether a process stays alive for this timer. */
  readonly keepAlive: boolean;
}
