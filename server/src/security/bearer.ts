import { nameOf, rolesOfClaims, timeOf, type ClaimMapping, type Claims } from './claims.js';
import { boundBy } from './confirmation.js';
import type { IssuerKeys } from './issuer-keys.js';
import { headerProblem, unverifiedClaims, verifyJwt, type JwtRules, type JwtVerdict } from './jwt.js';
import { createPrincipal } from './principal.js';
import { bearerTokenOf, refused, type Scheme, type Verdict } from './scheme.js';

/** One issuer whose tokens are taken. */
export interface TrustedIssuer {
  readonly rules: JwtRules;
  readonly keys: IssuerKeys;
  readonly mapping: ClaimMapping;
}

/** OAuth 2.0 bearer tokens that are JSON Web Tokens (RFC 6750, RFC 9068), of any number of issuers. */
export function createBearerScheme(issuers: readonly TrustedIssuer[]): Scheme {
  const byName = new Map(issuers.map((issuer) => [issuer.rules.issuer, issuer]));
  const issuerOf = (token: string): TrustedIssuer | undefined => {
    const claimed = unverifiedClaims(token)?.['iss'];
    return typeof claimed === 'string' ? byName.get(claimed) : undefined;
  };
  return {
    name: 'bearer',
    challenge: 'Bearer',
    takes: (credential) => issuerOf(bearerTokenOf(credential)) !== undefined,
    async verify(credential, signal) {
      const token = bearerTokenOf(credential);
      const issuer = issuerOf(token);
      if (issuer === undefined) return refused('its issuer is not configured');
      // Keys that cannot be had are no reason to let it come again.
      const problem = headerProblem(token, issuer.rules);
      if (problem !== undefined) return refused(problem);
      const verdict = await verified(token, issuer, signal);
      return verdict.kind === 'valid' ? recognized(verdict.claims, issuer) : refused(verdict.reason);
    },
    close() {
      for (const { keys } of issuers) keys.close();
    },
  };
}

/** With the keys at hand; where none of them fits, once more with newer ones: they may have been rotated a second ago. */
async function verified(token: string, { keys, rules }: TrustedIssuer, signal: AbortSignal): Promise<JwtVerdict> {
  const verdict = await verifyJwt(token, await keys.current(signal), rules);
  if (verdict.kind !== 'no-key') return verdict;
  const newer = await keys.newer(signal);
  return newer === undefined ? verdict : verifyJwt(token, newer, rules);
}

function recognized(claims: Claims, { mapping, rules }: TrustedIssuer): Verdict {
  const name = nameOf(claims, mapping);
  if (name === undefined) return refused(`none of its claims ${mapping.nameClaims.join(', ')} is a name`);
  const roles = rolesOfClaims(claims, mapping);
  const end = timeOf(claims, 'exp');
  const expiresAt = end === null ? null : end + rules.skewMs;
  const principal = createPrincipal({ name, scheme: 'bearer', roles, expiresAt });
  return boundBy(claims, { kind: 'recognized', principal });
}
