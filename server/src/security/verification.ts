import { createSingleFlight } from '../core/single-flight.js';
import type { Principal } from './principal.js';
import { refused, type Credential, type Scheme, type Verdict } from './scheme.js';

/** Asks the schemes about credentials. */
export interface Verification {
  /** The scheme that decides about a credential. */
  schemeOf(credential: Credential): Scheme | undefined;
  /**
   * One computation for all who ask for the same `id` meanwhile, the credential's.
   * @throws what the scheme throws where it cannot tell at present; the signal's reason
   */
  verify(id: string, credential: Credential, signal: AbortSignal): Promise<Verdict>;
  /** Ends what is under way, and the schemes. */
  close(): void;
}

export interface VerificationOptions {
  /** The first that takes a credential decides about it. */
  readonly schemes: readonly Scheme[];
  /** Whose credentials were taken back. */
  readonly isWithdrawn: (principal: Principal) => boolean;
  readonly now: () => number;
}

const noScheme = refused('no configured scheme takes it');

export function createVerification({ schemes, isWithdrawn, now }: VerificationOptions): Verification {
  // Clients that start together with one password cost one computation.
  const flights = createSingleFlight<Verdict>();
  const schemeOf = (credential: Credential): Scheme | undefined => schemes.find((one) => one.takes(credential));
  const verify = async (id: string, credential: Credential, signal: AbortSignal): Promise<Verdict> => {
    const scheme = schemeOf(credential);
    if (scheme === undefined) return noScheme;
    const verdict = await flights.run(id, signal, (shared) => scheme.verify(credential, shared));
    if (verdict.kind === 'refused') return verdict;
    const { principal } = verdict;
    // Taken back while it was looked at: perhaps there is another for the same credential.
    if (isWithdrawn(principal)) return verify(id, credential, signal);
    return principal.expiresAt !== null && principal.expiresAt <= now() ? refused('it has expired') : verdict;
  };
  return {
    schemeOf,
    verify,
    close() {
      flights.close();
      for (const scheme of schemes) scheme.close?.();
    },
  };
}
