import { createByteCache } from '../core/byte-cache.js';
import type { Principal } from './principal.js';

/** Principals of credentials that were verified a moment ago, by `credentialId`. Only successes are ever kept. */
export interface Remembered {
  get(id: string): Principal | undefined;
  /** For a minute at most, and not past the credential's end. */
  keep(id: string, principal: Principal, rememberMs?: number): void;
  clear(): void;
}

export interface RememberedOptions {
  /** How many at most. */
  readonly most: number;
  readonly now: () => number;
}

const longestMs = 60_000;

export function createRemembered({ most, now }: RememberedOptions): Remembered {
  // Each counts as one: what is bounded is their number.
  const kept = createByteCache<string, { readonly principal: Principal; readonly until: number }>(most);
  return {
    get(id) {
      const entry = kept.get(id);
      if (entry === undefined) return undefined;
      if (now() < entry.until) return entry.principal;
      kept.delete(id);
      return undefined;
    },
    keep(id, principal, rememberMs = longestMs) {
      const until = now() + Math.min(rememberMs, longestMs);
      kept.set(id, { principal, until: Math.min(until, principal.expiresAt ?? until) }, 1);
    },
    clear: () => {
      kept.clear();
    },
  };
}
