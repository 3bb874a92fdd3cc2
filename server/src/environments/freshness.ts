import type { Backend } from '../backends/backend.js';
import type { Query } from '../core/query.js';

/** How old what is served may be: since the last successful check of the source. */
export interface Freshness {
  /** Whole seconds; null before the first successful check. */
  readonly ageSeconds: number | null;
  /** Whether the age is past the limit, or the source said that what it gives may be outdated. */
  readonly isStale: boolean;
}

export interface FreshnessOptions {
  readonly backend: Backend;
  readonly staleAfterMs: number;
  readonly now: () => number;
}

/** Reads the clock once a call and never does I/O. */
export function createFreshness({ backend, staleAfterMs, now }: FreshnessOptions): (query?: Query) => Freshness {
  return (query) => {
    const { lastSuccess, isOutdated = false } = backend.health(query);
    if (lastSuccess === null) return { ageSeconds: null, isStale: isOutdated };
    const age = Math.max(0, now() - lastSuccess);
    return { ageSeconds: Math.floor(age / 1000), isStale: isOutdated || age > staleAfterMs };
  };
}
