import { isConfigServerError } from '../core/errors.js';
import type { Authenticator } from '../security/authenticator.js';
import type { Presented } from '../security/presented.js';
import type { Principal } from '../security/principal.js';
import { addressKey } from './addresses.js';
import { rateLimited, type RateLimits, type Taken } from './rate-limits.js';

/** An authenticator that counts: requests by principal, and credentials that were refused by address. */
export interface LimitedAuthenticator extends Authenticator {
  /** What was counted for a principal; undefined: nothing was. */
  takenBy(presented: Presented): Taken | undefined;
}

export interface LimitedAuthenticatorOptions {
  readonly authenticator: Authenticator;
  readonly limits: RateLimits;
  readonly addressOf: (presented: Presented) => string;
}

export function limitAuthenticator(options: LimitedAuthenticatorOptions): LimitedAuthenticator {
  const { authenticator, limits, addressOf } = options;
  // Both ways to an answer ask who asks; a request counts once.
  const counted = new WeakMap<Presented, Taken>();
  const count = (presented: Presented, principal: Principal): Taken | undefined => {
    const taken = counted.get(presented) ?? limits.take('principal', principal.key);
    if (taken !== undefined) counted.set(presented, taken);
    return taken;
  };
  const isPast = (taken: Taken | undefined): taken is Taken => taken?.level.isAllowed === false;
  return {
    isAnonymous: authenticator.isAnonymous,
    withdrawals: authenticator.withdrawals,
    refuseWithdrawn: (principal, presented) => authenticator.refuseWithdrawn(principal, presented),
    presents: (presented) => authenticator.presents(presented),
    recognize(presented) {
      const principal = authenticator.recognize(presented);
      if (principal === undefined || authenticator.isAnonymous) return principal;
      return isPast(count(presented, principal)) ? undefined : principal;
    },
    async authenticate(presented, signal) {
      if (authenticator.isAnonymous) return authenticator.authenticate(presented, signal);
      const key = addressKey(addressOf(presented));
      const failures = authenticator.recognize(presented) === undefined ? limits.look('failures', key) : undefined;
      if (isPast(failures)) throw rateLimited(failures);
      const principal = await authenticator.authenticate(presented, signal).catch((error: unknown) => {
        if (isConfigServerError(error, 'CONFIG_UNAUTHENTICATED') && authenticator.presents(presented))
          // Guesses that were under way together all count.
          limits.charge('failures', key);
        throw error;
      });
      const taken = count(presented, principal);
      if (isPast(taken)) throw rateLimited(taken);
      return principal;
    },
    close: () => {
      authenticator.close();
    },
    takenBy: (presented) => counted.get(presented),
  };
}
