import { createByteCache } from '../core/byte-cache.js';
import type { Principal } from './principal.js';
import type { Recognized, Verdict } from './scheme.js';

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
  /** Whether it is to be verified anew, and nobody has begun to. */
  isDue(kept: Kept): boolean;
  /**
   * Verifies it anew; never rejects. Whoever holds `kept` has the new verdict at once: another minute, or the end. Where `verify`
   * cannot tell, it stands until its end, and is due again in a second.
   */
  renew(kept: Kept, verify: () => Promise<Verdict>): Promise<void>;
  clear(): void;
}

/** Changes when it is renewed, for all who hold it. */
export interface Kept extends Times {
  recognized: Recognized;
}

/** Milliseconds since the epoch. */
interface Times {
  until: number;
  /** When it is to be verified anew. */
  dueAt: number;
}

export interface RememberedOptions {
  /** How many at most. */
  readonly most: number;
  readonly now: () => number;
  /** Whose credentials were taken back. */
  readonly isWithdrawn: (principal: Principal) => boolean;
}

const longestMs = 60_000;
/** Of its time: what is used in the rest is verified anew while it still stands. */
const dueAfter = 0.75;
const retryMs = 1000;

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
      kept.set(id, { recognized, ...timesOf(recognized, now()) }, 1);
    },
    isDue: ({ dueAt }) => now() >= dueAt,
    async renew(entry, verify) {
      entry.dueAt = Infinity;
      try {
        const verdict = await verify();
        if (verdict.kind === 'refused') entry.until = 0;
        else Object.assign(entry, { recognized: verdict }, timesOf(verdict, now()));
      } catch {
        // Whoever asks past its end is told.
        entry.dueAt = now() + retryMs;
      }
    },
    clear: () => {
      kept.clear();
    },
  };
}

/** What ends with its credential is not verified anew: that would not make it last. */
function timesOf({ principal, rememberMs = longestMs }: Recognized, at: number): Times {
  const time = Math.min(rememberMs, longestMs);
  const { expiresAt } = principal;
  if (expiresAt !== null && expiresAt <= at + time) return { until: expiresAt, dueAt: Infinity };
  return { until: at + time, dueAt: at + time * dueAfter };
}
