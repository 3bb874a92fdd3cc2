import { randomUUID } from 'node:crypto';
import { createByteCache } from '../core/byte-cache.js';
import type { CallerToken } from '../core/caller-token.js';

/** Where the secrets of each caller are kept; a place that is left is never found again. */
export interface CallerPlaces {
  of(caller: CallerToken): string;
  /** Notes that something is kept there. */
  fill(caller: CallerToken): void;
  /** Another place from now on. Whether something was kept in the old one. */
  leave(caller: CallerToken): boolean;
  clear(): void;
}

interface Place {
  readonly name: string;
  isFilled: boolean;
}

export function createCallerPlaces(cacheBytes: number): CallerPlaces {
  const places = createByteCache<string, Place>(cacheBytes);
  const placeOf = ({ id }: CallerToken): Place => {
    const known = places.get(id);
    if (known !== undefined) return known;
    const place = { name: randomUUID(), isFilled: false };
    places.set(id, place, 200);
    return place;
  };
  return {
    of: (caller) => placeOf(caller).name,
    fill(caller) {
      placeOf(caller).isFilled = true;
    },
    leave(caller) {
      const { isFilled } = placeOf(caller);
      places.delete(caller.id);
      return isFilled;
    },
    clear: () => {
      places.clear();
    },
  };
}
