import { ConfigServerError } from '../core/errors.js';
import type { RawHeaders } from './answer-headers.js';
import { createTokenBuckets, type Level, type Rate, type TokenBuckets } from './token-buckets.js';

export interface RateLimitOptions {
  /** Null: not limited. */
  readonly perAddress: Rate | null;
  readonly perPrincipal: Rate | null;
  /** Credentials that were refused, by address. */
  readonly failures: Rate | null;
  /** Addresses and principals that are known of, at most. */
  readonly most: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What a limit is about; its name in `RateLimit`. */
export type LimitName = 'address' | 'principal' | 'failures';

/** What is left to one request's sender. */
export interface Taken {
  readonly name: LimitName;
  readonly level: Level;
}

export interface RateLimits {
  /** Takes one request from what `key` has; undefined: there is no such limit. */
  take(name: LimitName, key: string): Taken | undefined;
  look(name: LimitName, key: string): Taken | undefined;
  /** Takes one even where none is left. */
  charge(name: LimitName, key: string): void;
  /** What an answer says of the limits; empty: nothing. */
  headers(taken: readonly Taken[]): RawHeaders;
}

export function createRateLimits(options: RateLimitOptions): RateLimits {
  const { most, now } = options;
  const bucketsOf = (rate: Rate | null): TokenBuckets | undefined =>
    rate === null ? undefined : createTokenBuckets({ ...rate, most, now });
  const all: Readonly<Record<LimitName, TokenBuckets | undefined>> = {
    address: bucketsOf(options.perAddress),
    principal: bucketsOf(options.perPrincipal),
    failures: bucketsOf(options.failures),
  };
  const told = (name: LimitName, level: Level | undefined): Taken | undefined => level && { name, level };
  return {
    take: (name, key) => told(name, all[name]?.take(key)),
    look: (name, key) => told(name, all[name]?.look(key)),
    charge: (name, key) => all[name]?.charge(key),
    headers(taken) {
      if (taken.length === 0) return [];
      const policies = taken.map(({ name }) => policyOf(name, all[name]?.rate));
      const limits = taken.map(({ name, level }) => `"${name}";r=${level.left};t=${level.fullAfter}`);
      return ['RateLimit-Policy', policies.join(', '), 'RateLimit', limits.join(', ')];
    },
  };
}

/** draft-ietf-httpapi-ratelimit-headers-10: a quota `q` in a window of `w` seconds. */
function policyOf(name: LimitName, { perSecond, burst }: Rate = { perSecond: 1, burst: 1 }): string {
  return `"${name}";q=${burst};w=${Math.ceil(burst / perSecond)}`;
}

const words: Readonly<Record<LimitName, string>> = {
  address: 'This address has sent too many requests',
  principal: 'This principal has sent too many requests',
  failures: 'This address has sent too many credentials that were refused',
};

export function rateLimited({ name, level }: Taken): ConfigServerError {
  const seconds = Math.max(1, level.nextAfter);
  const message = `${words[name]} (server.rate-limits); ask again in ${seconds} s.`;
  return new ConfigServerError('CONFIG_RATE_LIMITED', message, { retryAfterSeconds: seconds });
}
