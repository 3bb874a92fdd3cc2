import type { Credential, Scheme } from './scheme.js';

/** What is wrong, as RFC 6750 names it; null: nothing was brought. */
export type BearerError = 'invalid_request' | 'invalid_token' | null;

/** Values of `WWW-Authenticate`: one for each way to authenticate, that of the refused credential first. */
export function challengesOf(
  schemes: readonly Scheme[],
  realm: string,
  { kind, error }: { readonly kind?: Credential['kind'] | undefined; readonly error: BearerError },
): readonly string[] {
  const asked = new Set(schemes.map(({ challenge }) => challenge));
  const bearer = asked.has('Bearer') ? [bearerChallenge(realm, kind === 'basic' ? null : error)] : [];
  const basic = asked.has('Basic') ? [`Basic realm="${realm}", charset="UTF-8"`] : [];
  return kind === 'basic' ? [...basic, ...bearer] : [...bearer, ...basic];
}

const descriptions = {
  invalid_request: 'The request brings more than one credential.',
  invalid_token: 'The token is not valid.',
} as const;

function bearerChallenge(realm: string, error: BearerError): string {
  const why = error === null ? '' : `, error="${error}", error_description="${descriptions[error]}"`;
  return `Bearer realm="${realm}"${why}`;
}
