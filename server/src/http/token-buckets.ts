/** How many requests somebody may send: so many at once, and so many a second after that. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is left of it. */
export interface Level {
  readonly isAllowed: boolean;
  /** Whole requests. */
  readonly left: number;
  /** Seconds until all of `burst` is there again. */
  readonly fullAfter: number;
  /** Seconds until one request is. */
  readonly nextAfter: number;
}

export interface TokenBuckets {
  readonly rate: Rate;
  /** Takes one of what `key` has. */
  take(key: string): Level;
  /** Takes one even where none is left; what is owed is paid back first. */
  charge(key: string): void;
  /** Looks without taking. */
  look(key: string): Level;
}

export interface TokenBucketsOptions extends Rate {
  /** Of how many keys is known; the one not seen for longest is forgotten for another. */
  readonly most: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** In bursts. */
const mostOwed = 10;

interface Bucket {
  tokens: number;
  at: number;
}

export function createTokenBuckets({ perSecond, burst, most, now }: TokenBucketsOptions): TokenBuckets {
  const buckets = new Map<string, Bucket>();
  const filled = (bucket: Bucket | undefined): Bucket => {
    const at = now();
    if (bucket === undefined) return { tokens: burst, at };
    return { tokens: Math.min(burst, bucket.tokens + (Math.max(0, at - bucket.at) / 1000) * perSecond), at };
  };
  const levelOf = (tokens: number, isAllowed: boolean): Level => ({
    isAllowed,
    left: Math.max(0, Math.floor(tokens)),
    fullAfter: Math.ceil((burst - tokens) / perSecond),
    nextAfter: tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perSecond),
  });
  const keep = (key: string, bucket: Bucket): void => {
    // Written again, it is the one seen last.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > most) buckets.delete(buckets.keys().next().value ?? '');
  };
  return {
    rate: { perSecond, burst },
    take(key) {
      const bucket = filled(buckets.get(key));
      const isAllowed = bucket.tokens >= 1;
      if (isAllowed) bucket.tokens -= 1;
      keep(key, bucket);
      return levelOf(bucket.tokens, isAllowed);
    },
    charge(key) {
      const { tokens, at } = filled(buckets.get(key));
      keep(key, { tokens: Math.max(-mostOwed * burst, tokens - 1), at });
    },
    look(key) {
      const { tokens } = filled(buckets.get(key));
      return levelOf(tokens, tokens >= 1);
    },
  };
}
