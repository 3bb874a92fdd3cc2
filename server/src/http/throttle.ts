import type { ConfigServerError } from '../core/errors.js';
import type { Authenticator } from '../security/authenticator.js';
import type { Presented } from '../security/presented.js';
import { addressKey } from './addresses.js';
import type { RawHeaders } from './answer-headers.js';
import { clientAddress, type TrustedProxies } from './client-address.js';
import type { AnyRequest } from './exchange.js';
import { limitAuthenticator } from './limited-authenticator.js';
import { presentedBy, requestBehind } from './presented.js';
import { createRateLimits, rateLimited, type RateLimitOptions, type Taken } from './rate-limits.js';

/** Who asks how often. */
export interface Throttle {
  /** Counts requests by principal; to be used in the place of the one it was made of. */
  readonly authenticator: Authenticator;
  /** Counts a request by its address; what it is refused with, where there were too many. */
  admit(request: AnyRequest): ConfigServerError | undefined;
  /** What an answer says of the limits. */
  headers(request: AnyRequest): RawHeaders;
}

export interface ThrottleOptions {
  readonly authenticator: Authenticator;
  /** Null: nothing is limited. */
  readonly rateLimits: RateLimitOptions | null;
  readonly trustedProxies: TrustedProxies | null;
}

const none: RawHeaders = [];

export function createThrottle({ authenticator, rateLimits, trustedProxies }: ThrottleOptions): Throttle {
  const addressOf = (request: AnyRequest): string => clientAddress(request, trustedProxies);
  if (rateLimits === null) {
    return {
      authenticator,
      admit(request) {
        // The audit is told of it.
        if (trustedProxies !== null) addressOf(request);
        return undefined;
      },
      headers: () => none,
    };
  }
  const limits = createRateLimits(rateLimits);
  const limited = limitAuthenticator({
    authenticator,
    limits,
    addressOf: (presented) => addressBehind(presented, addressOf),
  });
  const taken = new WeakMap<AnyRequest, Taken>();
  return {
    authenticator: limited,
    admit(request) {
      const one = limits.take('address', addressKey(addressOf(request)));
      if (one === undefined) return undefined;
      taken.set(request, one);
      return one.level.isAllowed ? undefined : rateLimited(one);
    },
    headers(request) {
      const byPrincipal = authenticator.isAnonymous ? undefined : limited.takenBy(presentedBy(request));
      return limits.headers([taken.get(request), byPrincipal].filter((one) => one !== undefined));
    },
  };
}

function addressBehind(presented: Presented, addressOf: (request: AnyRequest) => string): string {
  const request = requestBehind(presented);
  return request === undefined ? presented.address : addressOf(request);
}
