import { generateKeyPairSync, sign } from 'node:crypto';

// Made anew for each process: no key lies in the repository.
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** What the tokens of this process are checked with, in PEM. */
export const jwtKey: string = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A JSON Web Token (ES256) that is good for an hour. */
export function signedJwt(claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode({ iat: now, exp: now + 3600, ...claims })}`;
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
