import { createByteCache } from '../core/byte-cache.js';
import type { Verdict } from './scheme.js';

/** Refusals of a server that is asked, by `credentialId`: a wrong token sent over and over must not become as many questions. */
export interface RefusedBriefly {
  get(id: string): Verdict | undefined;
  keep(id: string, verdict: Verdict): void;
  clear(): void;
}

const forMs = 1000;
const most = 10_000;

export function createRefusedBriefly(now: () => number): RefusedBriefly {
  const kept = createByteCache<string, { readonly verdict: Verdict; readonly until: number }>(most);
  return {
    get(id) {
      const entry = kept.get(id);
      return entry !== undefined && now() < entry.until ? entry.verdict : undefined;
    },
    keep: (id, verdict) => {
      kept.set(id, { verdict, until: now() + forMs }, 1);
    },
    clear: () => {
      kept.clear();
    },
  };
}
