import { isClaims } from './claims.js';
import { isSafeUrl } from './safe-url.js';
import type { Outgoing } from './outgoing.js';

export interface Discovery {
  readonly issuer: string;
  readonly outgoing: Outgoing;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Where an issuer's metadata says its keys are: OpenID Connect Discovery, else RFC 8414. A text: why it cannot be told.
 */
export async function locateKeys({ issuer, outgoing, headers }: Discovery, signal: AbortSignal): Promise<URL | string> {
  let reason = '';
  for (const url of metadataUrls(new URL(issuer))) {
    const answer = await outgoing.ask({ url, headers }, signal);
    const located = answer.kind === 'failed' ? answer.reason : keysIn(answer.json, issuer);
    if (typeof located !== 'string') return located;
    reason = located;
  }
  return `its metadata: ${reason}`;
}

function metadataUrls({ origin, pathname }: URL): readonly URL[] {
  const path = pathname.replace(/\/$/, '');
  return [`${path}/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server${path}`].map(
    (place) => new URL(origin + place),
  );
}

function keysIn(metadata: unknown, issuer: string): URL | string {
  if (!isClaims(metadata) || metadata['issuer'] !== issuer) return 'they are of another issuer';
  const uri = metadata['jwks_uri'];
  const url = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : undefined;
  return url !== undefined && isSafeUrl(url) ? url : 'they have no `jwks_uri` over https';
}
