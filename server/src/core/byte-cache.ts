import { LRUCache } from 'lru-cache';

/** A least-recently-used cache bounded in bytes. The one file that imports lru-cache. */
export interface ByteCache<K, V> {
  get(key: K): V | undefined;
  /** Keeps `value`; one larger than the whole cache is not kept. `bytes` at least 1. */
  set(key: K, value: V, bytes: number): void;
  delete(key: K): void;
  clear(): void;
  readonly bytes: number;
  readonly size: number;
}

/** A cache that holds at most `maxBytes` as its callers count them; `onGone` is told of each value that it holds no more. */
export function createByteCache<K extends string, V extends object>(
  maxBytes: number,
  onGone?: (value: V) => void,
): ByteCache<K, V> {
  // A share of a setting need not be whole.
  const maxSize = Math.max(1, Math.floor(maxBytes));
  const cache = new LRUCache<K, V>({ maxSize, ...(onGone && { dispose: onGone }) });
  return {
    get: (key) => cache.get(key),
    set: (key, value, bytes) => void cache.set(key, value, { size: Math.max(1, Math.ceil(bytes)) }),
    delete: (key) => void cache.delete(key),
    clear: () => {
      cache.clear();
    },
    get bytes() {
      return cache.calculatedSize;
    },
    get size() {
      return cache.size;
    },
  };
}
