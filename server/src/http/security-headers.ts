import type { RawHeaders } from './answer-headers.js';

/** What every answer has: none is a page, and none is to be guessed at, framed or told where it came from. */
const always: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'X-Frame-Options',
  'DENY',
  'Referrer-Policy',
  'no-referrer',
];

/** `hstsSeconds`: for how long a browser is to come by TLS only; null: the server does not speak it. */
export function securityHeaders(hstsSeconds: number | null): RawHeaders {
  if (hstsSeconds === null || hstsSeconds === 0) return [...always];
  return [...always, 'Strict-Transport-Security', `max-age=${hstsSeconds}`];
}
