import type { Presented } from './presented.js';
import { anonymousPrincipal, type Principal } from './principal.js';

/** Decides who asks, over every scheme that is configured. */
export interface Authenticator {
  /** True where every request is the anonymous principal, so that an answer need not wait for a decision. */
  readonly isAnonymous: boolean;
  /** Whether the request brings any credential, right or wrong; a route that is public need not look at it. */
  presents(presented: Presented): boolean;
  /**
   * Who asks.
   * @throws ConfigServerError CONFIG_UNAUTHENTICATED without a credential or with a wrong one, CONFIG_CREDENTIALS_AMBIGUOUS
   * with several, CONFIG_AUTHENTICATION_UNAVAILABLE and CONFIG_OVERLOADED where it cannot be told at present
   */
  authenticate(presented: Presented, signal: AbortSignal): Promise<Principal>;
  /** Who asks, at once, where the same credential was verified less than a minute ago and has not ended. */
  recognize(presented: Presented): Principal | undefined;
  close(): void;
}

/** For `security.mode: none` and for a server on loopback: everyone is the anonymous principal. */
export function createAnonymousAuthenticator(): Authenticator {
  return {
    isAnonymous: true,
    presents: () => false,
    authenticate: () => Promise.resolve(anonymousPrincipal),
    recognize: () => anonymousPrincipal,
    close: () => undefined,
  };
}
