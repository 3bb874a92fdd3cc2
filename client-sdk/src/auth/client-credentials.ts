import type { Platform } from '../platform/platform.js';
import type { ClientCredentialsOptions } from './client-credentials-options.js';
import { parseClientCredentials } from './parse-client-credentials.js';
import type { AuthProvider } from './providers.js';
import { requestToken } from './token-request.js';
import { TokenSource } from './token-source.js';

const scheme = 'Bearer ';

/** `clientCredentials` on a given platform. */
export function clientCredentialsOn(platform: Platform, options: ClientCredentialsOptions): AuthProvider {
  const settings = parseClientCredentials(options, platform);
  // Without connections that are kept: a token is had once in a while, and there is nobody to close them.
  const { fetch } = settings.tls === undefined ? platform : platform.openTransport(settings.tls, { keepAlive: false });
  const source = new TokenSource(platform, () => requestToken({ settings, platform, fetch }));
  return {
    headers: async (signal) => ({ authorization: `${scheme}${await source.get(signal)}` }),
    refused: ({ authorization = '' }) => source.drop(authorization.slice(scheme.length)),
  };
}
