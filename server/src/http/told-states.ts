import { randomBytes } from 'node:crypto';
import { createByteCache } from '../core/byte-cache.js';

/** What clients of event streams have been told, by the id of the last event: digests by query. */
export interface ToldStates {
  /** What a client has whose last event had this id; nothing where that is of another process or long ago. */
  after(lastEventId: string): ReadonlyMap<string, string>;
  /** The id of an event with which a client has been told `states`. */
  next(states: ReadonlyMap<string, string>): string;
}

export function createToldStates(cacheBytes: number): ToldStates {
  const epoch = randomBytes(6).toString('hex');
  const kept = createByteCache<string, ReadonlyMap<string, string>>(cacheBytes);
  let sequence = 0;
  return {
    after: (lastEventId) => kept.get(lastEventId) ?? new Map(),
    next(states) {
      sequence += 1;
      const id = `${epoch}-${sequence}`;
      let bytes = 2 * id.length;
      for (const [query, digest] of states) bytes += 100 + 2 * (query.length + digest.length);
      kept.set(id, new Map(states), bytes);
      return id;
    },
  };
}
