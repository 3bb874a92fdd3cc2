/** JSON Web Tokens (RFC 7519, RFC 8725). The one file that imports jose. */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWK, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { isClaims, type Claims } from './claims.js';

/** Public keys of an issuer, ready to be chosen by a token's `kid` and `alg`. */
export interface KeySet {
  readonly find: JWTVerifyGetKey;
}

/** What a token must be like. */
export interface JwtRules {
  readonly issuer: string;
  /** One of these must be in `aud`. */
  readonly audiences: readonly string[];
  /** Never `none`, never one of a shared secret. */
  readonly algorithms: readonly string[];
  /** How far the clocks of issuer and server may be apart. */
  readonly skewMs: number;
  /** Whether only access tokens of RFC 9068 are taken, so that an ID token is none. */
  readonly accessTokensOnly: boolean;
  readonly now: () => number;
}

export type JwtVerdict =
  | { readonly kind: 'valid'; readonly claims: Claims }
  /** None of the keys is the one that signed; a newer one may be. */
  | { readonly kind: 'no-key'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string };

const mostKeys = 100;
/** Of keys that a token without `kid` may be signed by. */
const mostTried = 8;

/** The public keys of a JWK set (RFC 7517); undefined where `json` is none, or has none. */
export function keySetOf(json: unknown): KeySet | undefined {
  if (!isClaims(json) || !Array.isArray(json['keys'])) return undefined;
  const listed: readonly unknown[] = json['keys'].slice(0, mostKeys);
  const keys = listed.filter(isPublicKey);
  return keys.length === 0 ? undefined : { find: createLocalJWKSet({ keys }) };
}

/** A key with its private or shared part is not one to verify with. */
function isPublicKey(key: unknown): key is JWK {
  return isClaims(key) && ['RSA', 'EC', 'OKP'].includes(String(key['kty'])) && !('d' in key) && !('k' in key);
}

/** What a token says of itself, to choose who is to check it; undefined: it is no JSON Web Token. */
export function unverifiedClaims(token: string): Claims | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

const notSigned = 'it is not a signed JSON Web Token';

/** What its header alone tells against a token, whatever key has signed it; undefined: nothing. */
export function headerProblem(token: string, { algorithms, accessTokensOnly }: JwtRules): string | undefined {
  const header = unverifiedHeader(token);
  // There is no extension that is understood here.
  if (typeof header?.['alg'] !== 'string' || Object.hasOwn(header, 'crit')) return notSigned;
  if (!algorithms.includes(header['alg'])) return 'its `alg` is not allowed';
  return accessTokensOnly && !isAccessTokenType(header['typ']) ? 'its `typ` is not taken' : undefined;
}

function unverifiedHeader(token: string): Claims | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

/** RFC 7515 §4.1.9: a media type, whose `application/` may be left out. */
function isAccessTokenType(type: unknown): boolean {
  return typeof type === 'string' && /^(application\/)?at\+jwt$/i.test(type);
}

/** `jku`, `x5u`, `jwk` and `x5c` in a token's header have no part in it: keys come from the key set alone. */
export async function verifyJwt(token: string, keys: KeySet, rules: JwtRules): Promise<JwtVerdict> {
  const options = optionsOf(rules);
  try {
    return { kind: 'valid', claims: (await jwtVerify(token, keys.find, options)).payload };
  } catch (error) {
    return error instanceof errors.JWKSMultipleMatchingKeys ? anyOf(error, token, options) : verdictOf(error);
  }
}

function optionsOf({ issuer, audiences, algorithms, skewMs, accessTokensOnly, now }: JwtRules): JWTVerifyOptions {
  return {
    issuer,
    audience: [...audiences],
    algorithms: [...algorithms],
    clockTolerance: skewMs / 1000,
    currentDate: new Date(now()),
    requiredClaims: accessTokensOnly ? ['exp', 'sub', 'client_id', 'iat', 'jti'] : ['exp'],
    ...(accessTokensOnly && { typ: 'at+jwt' }),
  };
}

type Candidates = InstanceType<typeof errors.JWKSMultipleMatchingKeys>;

async function anyOf(candidates: Candidates, token: string, options: JWTVerifyOptions): Promise<JwtVerdict> {
  let verdict: JwtVerdict = { kind: 'no-key', reason: 'its signature is wrong' };
  let tried = 0;
  for await (const key of candidates) {
    tried += 1;
    verdict = await jwtVerify(token, key, options).then(
      ({ payload }) => ({ kind: 'valid', claims: payload }),
      verdictOf,
    );
    if (verdict.kind !== 'no-key' || tried === mostTried) break;
  }
  return verdict;
}

function verdictOf(error: unknown): JwtVerdict {
  if (error instanceof errors.JWKSNoMatchingKey)
    return { kind: 'no-key', reason: 'no key of its issuer is of its `kid`' };
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return { kind: 'no-key', reason: 'its signature is wrong' };
  return { kind: 'invalid', reason: reasonOf(error) };
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.reason === 'missing'
      ? `its claim \`${error.claim}\` is missing`
      : `its \`${error.claim}\` is not taken`;
  return notSigned;
}
