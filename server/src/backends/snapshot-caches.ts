import { createByteCache } from '../core/byte-cache.js';
import type { ByteCache } from '../core/byte-cache.js';
import type { Outcome } from './label-answers.js';
import type { Parsed } from './parsed-files.js';
import type { Content } from './resolve-snapshot.js';

/** A cache as its users see it. */
export type Kept<V> = Pick<ByteCache<string, V>, 'get' | 'set'>;

/** What a backend over snapshots keeps. */
export interface BackendCaches {
  readonly parsed: Kept<Parsed>;
  readonly contents: Kept<Content>;
  readonly outcomes: Kept<Outcome>;
}

export interface SnapshotCachesOptions {
  /** Bytes of parsed documents, and of resolutions. */
  readonly parsedBytes: number;
  readonly resolutionBytes: number;
}

/** Caches that several backends may share, so that their bounds hold for all of them together. */
export interface SnapshotCaches {
  /** For one more backend: its keys do not meet those of others. */
  forBackend(): BackendCaches;
}

export function createSnapshotCaches({ parsedBytes, resolutionBytes }: SnapshotCachesOptions): SnapshotCaches {
  const parsed = createByteCache<string, Parsed>(parsedBytes);
  // Their keys tell the content itself, whose backend it is from too.
  const contents = createByteCache<string, Content>(resolutionBytes / 2);
  const outcomes = createByteCache<string, Outcome>(resolutionBytes / 2);
  let backends = 0;
  return {
    forBackend() {
      backends += 1;
      const prefix = `${backends}\n`;
      return { contents, parsed: scoped(parsed, prefix), outcomes: scoped(outcomes, prefix) };
    },
  };
}

function scoped<V>(cache: ByteCache<string, V>, prefix: string): Kept<V> {
  return {
    get: (key) => cache.get(prefix + key),
    set: (key, value, bytes) => {
      cache.set(prefix + key, value, bytes);
    },
  };
}
