import { createByteCache } from '../core/byte-cache.js';
import type { Principal } from './principal.js';
import type { Recognized } from './scheme.js';

/**
 * Credentials that were verified a moment ago, by `credentialId`. Only successes are ever kept. What one is bound to has still to
 * be shown.
 */
export interface Remembered {
  get(id: string): Kept | undefined;
  /** Whether what was got a while ago would be got again. */
  isGood(kept: Kept): boolean;
  /** For a minute at most, and not past the credential's end. */
  keep(id: string, recognized: Recognized): void;
  clear(): void;
}

export interface Kept {
  readonly recognized: Recognized;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface RememberedOptions {
  /** How many at most. */
  readonly most: number;
  readonly now: () => number;
  /** Whose credentials were taken back. */
  readonly isWithdrawn: (principal: Principal) => boolean;
}

const longestMs = 60_000;

export function createRemembered({ most, now, isWithdrawn }: RememberedOptions): Remembered {
  // Each counts as one: what is bounded is their number.
  const kept = createByteCache<string, Kept>(most);
  const isGood = ({ until, recognized }: Kept): boolean => now() < until && !isWithdrawn(recognized.principal);
  return {
    isGood,
    get(id) {
      const entry = kept.get(id);
      if (entry === undefined || isGood(entry)) return entry;
      kept.delete(id);
      return undefined;
    },
    keep(id, recognized) {
      const { principal, rememberMs = longestMs } = recognized;
      const until = now() + Math.min(rememberMs, longestMs);
      kept.set(id, { recognized, until: Math.min(until, principal.expiresAt ?? until) }, 1);
    },
    clear: () => {
      kept.clear();
    },
  };
}
