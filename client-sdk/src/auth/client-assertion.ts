import type { Platform } from '../platform/platform.js';
import type { SigningKey } from '../platform/signing.js';

export interface AssertionOptions {
  readonly clientId: string;
  readonly audience: string;
  readonly key: SigningKey;
  readonly keyId: string | undefined;
  readonly platform: Platform;
}

const lifetimeSeconds = 60;

/** Shows who the client is, once and for a minute (RFC 7523, 3). */
export function clientAssertion({ clientId, audience, key, keyId = key.keyId, platform }: AssertionOptions): string {
  const now = Math.floor(platform.wallClock() / 1000);
  const header = { alg: key.algorithm, typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) };
  const claims = {
    ...{ iss: clientId, sub: clientId, aud: audience, jti: platform.uuid() },
    ...{ iat: now, exp: now + lifetimeSeconds },
  };
  const text = `${jsonPart(header)}.${jsonPart(claims)}`;
  return `${text}.${base64url(key.sign(text))}`;
}

function jsonPart(value: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
