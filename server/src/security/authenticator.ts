import { anonymousPrincipal, type Principal } from './principal.js';
import type { Presented } from './scheme.js';

/** Decides who asks, over every scheme that is configured. */
export interface Authenticator {
  /** True where every request is the anonymous principal, so that an answer need not wait for a decision. */
  readonly isAnonymous: boolean;
  authenticate(presented: Presented, signal: AbortSignal): Promise<Principal>;
}

/** For `security.mode: none` and for a server on loopback: everyone is the anonymous principal. */
export function createAnonymousAuthenticator(): Authenticator {
  return { isAnonymous: true, authenticate: () => Promise.resolve(anonymousPrincipal) };
}
