import type { Clock } from './clock.js';

/** What a lease waits for: its next step, and its end. */
export interface LeaseTimers {
  /** In place of the step that was waited for; undefined: there is none. */
  step(afterMs: number | undefined, act: () => void): void;
  end(afterMs: number, act: () => void): void;
  clear(): void;
}

export function createLeaseTimers(clock: Clock): LeaseTimers {
  let cancelStep = (): void => undefined;
  let cancelEnd = (): void => undefined;
  return {
    step(afterMs, act) {
      cancelStep();
      cancelStep = afterMs === undefined ? () => undefined : clock.after(afterMs, act);
    },
    end(afterMs, act) {
      cancelEnd();
      cancelEnd = clock.after(afterMs, act);
    },
    clear() {
      cancelStep();
      cancelEnd();
    },
  };
}
