import { ConfigClientError } from '../errors.js';
import { basicAuthorization } from './basic-authorization.js';

/** Says who asks: called once a request, so that short-lived credentials can be renewed. */
export interface AuthProvider {
  /** Headers to send; the signal ends with the request's deadline. */
  readonly headers: (signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  /** Told that a server answered 401 to `headers`; `true`: others are to be had now, and the request is sent once more. */
  readonly refused?: (headers: Readonly<Record<string, string>>) => boolean;
}

/**
 * Basic authentication with a user and a password.
 *
 * @throws CONFIG_OPTIONS_INVALID when the user is empty or holds a colon.
 * @example
 * ```ts
 * import { basic } from 'cairn-config-client';
 *
 * const auth = basic('orders', process.env.CONFIG_PASSWORD ?? '');
 * ```
 */
export function basic(user: string, password: string): AuthProvider {
  if (user === '' || user.includes(':')) {
    throw new ConfigClientError('CONFIG_OPTIONS_INVALID', 'basic(user, password): the user is empty or holds a colon.');
  }
  return always({ authorization: basicAuthorization(user, password) });
}

/**
 * A bearer token that a function gives, asked for each request: give a cached one as long as it is good.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { bearer } from 'cairn-config-client';
 *
 * const auth = bearer(() => readFile('/var/run/secrets/tokens/config', 'utf8'));
 * ```
 */
export function bearer(token: (signal: AbortSignal) => string | Promise<string>): AuthProvider {
  return { headers: async (signal) => ({ authorization: `Bearer ${(await token(signal)).trim()}` }) };
}

/**
 * An API token of the configuration server, sent as a bearer token.
 *
 * @throws CONFIG_OPTIONS_INVALID when the token is empty.
 * @example
 * ```ts
 * import { apiToken } from 'cairn-config-client';
 *
 * const auth = apiToken(process.env.CONFIG_TOKEN ?? 'a-token');
 * ```
 */
export function apiToken(token: string): AuthProvider {
  if (token.trim() === '')
    throw new ConfigClientError('CONFIG_OPTIONS_INVALID', 'apiToken(token): the token is empty.');
  return always({ authorization: `Bearer ${token.trim()}` });
}

function always(headers: Readonly<Record<string, string>>): AuthProvider {
  return { headers: () => Promise.resolve(headers) };
}
