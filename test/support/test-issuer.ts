import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { startJsonServer, type JsonServer } from './json-server.js';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  /** SPKI in PEM. */
  readonly pem: string;
}

export async function aSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicJwk, pem: await exportSPKI(publicKey) };
}

/** An authorization server on loopback: its metadata, its JWK set, and tokens that it signs. */
export interface TestIssuer extends Omit<JsonServer, 'url'> {
  readonly issuer: string;
  readonly jwksUri: string;
  /** What its JWK set has, from now on. */
  publish(...keys: readonly { readonly publicJwk: JWK }[]): void;
  /** How often the JWK set was asked for. */
  looks(): number;
}

export async function startTestIssuer(...keys: readonly SigningKey[]): Promise<TestIssuer> {
  let published: readonly JWK[] = keys.map(({ publicJwk }) => publicJwk);
  const server = await startJsonServer(({ path }) => {
    if (path === '/jwks') return { json: { keys: published } };
    if (path === '/.well-known/openid-configuration')
      return { json: { issuer: server.url, jwks_uri: `${server.url}/jwks` } };
    return { status: 404, json: {} };
  });
  const { url, ...rest } = server;
  return {
    ...rest,
    issuer: url,
    jwksUri: `${url}/jwks`,
    publish: (...next) => {
      published = next.map(({ publicJwk }) => publicJwk);
    },
    looks: () => server.asked.filter(({ path }) => path === '/jwks').length,
  };
}

/** An access token of RFC 9068 that is right for the audience `cairn`; `now` in milliseconds. */
export function accessTokenClaims(issuer: string, now: number, more: object = {}): Record<string, unknown> {
  const seconds = Math.floor(now / 1000);
  return {
    ...{ iss: issuer, sub: 'orders', aud: 'cairn', client_id: 'orders', jti: 'j1' },
    ...{ iat: seconds, exp: seconds + 300 },
    ...more,
  };
}

export function signToken(claims: object, key: SigningKey, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey);
}

/** A token of these parts as they are, with this signature. */
export function rawToken(header: object, claims: object, signature = ''): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}
