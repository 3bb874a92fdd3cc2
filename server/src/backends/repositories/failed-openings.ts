import { ConfigServerError } from '../../core/errors.js';
import type { Target } from './choices.js';

export interface FailedOpeningsOptions {
  readonly now: () => number;
  /** How many are remembered. */
  readonly capacity: number;
  /** For how long, in milliseconds. */
  readonly rememberMs: number;
  /** Failures in a row; one more is allowed each second. */
  readonly burst?: number;
}

/** Keeps requests for repositories that do not exist from asking remotes again and again. */
export interface FailedOpenings {
  /** @throws what `target` failed with lately, or CONFIG_SOURCE_UNAVAILABLE where too many have that requests named */
  check(target: Target): void;
  remember(target: Target, error: unknown): void;
  forget(target: Target): void;
}

interface Failure {
  readonly error: unknown;
  readonly until: number;
}

export function createFailedOpenings(options: FailedOpeningsOptions): FailedOpenings {
  const { now, capacity, rememberMs, burst = 20 } = options;
  const failures = new Map<string, Failure>();
  let allowance = burst;
  let counted = now();
  const refill = (): void => {
    const time = now();
    allowance = Math.min(burst, allowance + (time - counted) / 1000);
    counted = time;
  };
  return {
    check({ key, isExpanded }) {
      const failure = failures.get(key);
      if (failure !== undefined && failure.until > now()) throw failure.error;
      refill();
      if (isExpanded && allowance < 1) throw tooMany();
    },
    remember({ key, isExpanded }, error) {
      refill();
      if (isExpanded) allowance -= 1;
      failures.delete(key);
      failures.set(key, { error, until: now() + rememberMs });
      const oldest = failures.keys().next();
      if (failures.size > capacity && oldest.done !== true) failures.delete(oldest.value);
    },
    forget({ key }) {
      failures.delete(key);
    },
  };
}

function tooMany(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_SOURCE_UNAVAILABLE',
    'Many repositories could not be opened lately; no other is opened for a moment.',
  );
}
