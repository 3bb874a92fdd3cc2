import { createByteCache } from '../core/byte-cache.js';
import type { Clock } from './clock.js';
import type { SecretOutcome } from './secrets.js';

/** What Vault refused the server, so that it is not asked for the same at every request. */
export interface Refusals {
  remember(name: string, outcome: SecretOutcome): void;
  of(name: string): SecretOutcome | undefined;
  clear(): void;
}

export interface RefusalsOptions {
  readonly rememberMs: number;
  readonly cacheBytes: number;
  readonly clock: Clock;
}

interface Refusal {
  readonly outcome: SecretOutcome;
  readonly at: number;
}

export function createRefusals({ rememberMs, cacheBytes, clock }: RefusalsOptions): Refusals {
  const all = createByteCache<string, Refusal>(cacheBytes);
  return {
    remember(name, outcome) {
      all.set(name, { outcome, at: clock.now() }, 200 + 2 * name.length);
    },
    of(name) {
      const refusal = all.get(name);
      return refusal !== undefined && clock.now() - refusal.at < rememberMs ? refusal.outcome : undefined;
    },
    clear: () => {
      all.clear();
    },
  };
}
