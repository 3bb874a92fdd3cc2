import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { withHolder } from './confirmation.js';
import { credentialId, credentialOf, type GatewayHeaders } from './credential.js';
import { createLastLines, soleAuthorization } from './last-lines.js';
import type { Presented } from './presented.js';
import { anonymousPrincipal, type Principal } from './principal.js';
import { createRefusals } from './refusals.js';
import { createRemembered, type Kept } from './remembered.js';
import type { Credential, Scheme, Verdict } from './scheme.js';
import { createVerification } from './verification.js';
import { createWithdrawals, type Withdrawals } from './withdrawals.js';

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
  /** Who has been recognized here, and is not to be any more. */
  readonly withdrawals: Pick<Withdrawals, 'has' | 'onWithdraw'>;
  /** That the credential of a principal was taken back after it had been recognized: what a wrong one is answered. */
  refuseWithdrawn(principal: Principal, presented: Presented): ConfigServerError;
  /** Ends what is under way and forgets everyone. Idempotent. */
  close(): void;
}

export interface AuthenticatorOptions {
  /** The first that takes a credential decides about it. */
  readonly schemes: readonly Scheme[];
  /** What `WWW-Authenticate` says is asked for; without `"` and `\`. */
  readonly realm: string;
  readonly gateway: GatewayHeaders | null;
  /** How many verified credentials are remembered at most. */
  readonly mostRemembered: number;
  /** Default: nobody's credential is ever taken back. */
  readonly withdrawals?: Withdrawals;
  readonly emit: Emit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** For `security.mode: none` and for a server on loopback: everyone is the anonymous principal. */
export function createAnonymousAuthenticator(): Authenticator {
  return {
    isAnonymous: true,
    presents: () => false,
    authenticate: () => Promise.resolve(anonymousPrincipal),
    recognize: () => anonymousPrincipal,
    withdrawals: createWithdrawals(),
    refuseWithdrawn: () => new ConfigServerError('CONFIG_UNAUTHENTICATED', 'The credential is not valid.'),
    close: () => undefined,
  };
}

/** Schemes have deadlines of their own; this one is for the wait in their queues, too. */
const longestRenewalMs = 15_000;

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { schemes, gateway, now, withdrawals = createWithdrawals() } = options;
  const places = { gateway, certificates: schemes.some(({ name }) => name === 'certificate') };
  const isWithdrawn = (principal: Principal): boolean => withdrawals.has(principal);
  const remembered = createRemembered({ most: options.mostRemembered, now, isWithdrawn });
  const verification = createVerification({ ...options, isWithdrawn });
  const refusals = createRefusals(options);
  const lastLines = createLastLines<Kept>();

  /** What is remembered of a credential; who uses it all the time does not wait for its renewal. */
  const knownAs = (id: string, credential: Credential): Kept | undefined => {
    const known = remembered.get(id);
    if (known !== undefined && remembered.isDue(known))
      void remembered.renew(known, () => verification.verify(id, credential, AbortSignal.timeout(longestRenewalMs)));
    return known;
  };
  /** Whoever brings it: the verdict is for all connections. */
  const verify = async (credential: Credential, signal: AbortSignal): Promise<Verdict> => {
    const id = credentialId(credential);
    const known = knownAs(id, credential);
    if (known !== undefined) return known.recognized;
    const verdict = await verification.verify(id, credential, signal);
    if (verdict.kind === 'recognized') remembered.keep(id, verdict);
    return verdict;
  };
  const principalOf = ({ recognized }: Kept, presented: Presented): Principal | undefined => {
    const verdict = withHolder(recognized, presented, now);
    return verdict.kind === 'recognized' ? verdict.principal : undefined;
  };

  return {
    isAnonymous: false,
    presents: (presented) => credentialOf(presented, places).kind !== 'none',
    async authenticate(presented, signal) {
      const found = credentialOf(presented, places);
      if (found.kind !== 'one') throw refusals.form(found, presented);
      const { credential } = found;
      const verified = await verify(credential, signal);
      const verdict = verified.kind === 'recognized' ? withHolder(verified, presented, now) : verified;
      if (verdict.kind === 'recognized') return verdict.principal;
      const scheme = verification.schemeOf(credential)?.name ?? null;
      throw refusals.wrong({ kind: credential.kind, scheme, reason: verdict.reason }, presented);
    },
    withdrawals,
    refuseWithdrawn({ scheme }, presented) {
      const kind = scheme === 'basic' ? 'basic' : 'bearer';
      return refusals.wrong({ kind, scheme, reason: 'it was taken back' }, presented);
    },
    recognize(presented) {
      const line = gateway === null ? soleAuthorization(presented) : undefined;
      const last = lastLines.find(presented, line);
      if (last !== undefined && remembered.isGood(last) && !remembered.isDue(last)) return principalOf(last, presented);
      const found = credentialOf(presented, places);
      if (found.kind !== 'one') return undefined;
      const known = knownAs(credentialId(found.credential), found.credential);
      if (known === undefined) return undefined;
      lastLines.keep(presented, line, known);
      return principalOf(known, presented);
    },
    close() {
      verification.close();
      remembered.clear();
    },
  };
}
