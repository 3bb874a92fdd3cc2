import { ConfigServerError } from '../core/errors.js';
import { trustedProxies, type TrustedProxies } from '../http/client-address.js';
import type { RateLimitOptions } from '../http/rate-limits.js';
import type { HttpServerOptions } from '../http/server.js';
import type { Rate } from '../http/token-buckets.js';
import type { Tls } from '../security/tls.js';
import type { RateSettings } from '../settings/sections/rate-limits.js';
import type { ServerSettings } from '../settings/sections/server.js';
import { isLoopback } from '../settings/security-check.js';

type TransportOptions = Pick<
  HttpServerOptions,
  'host' | 'port' | 'tls' | 'hstsSeconds' | 'speaksHttp2' | 'rateLimits' | 'trustedProxies'
>;

const mostKnown = 20_000;

/** How the server is reached, as the settings say. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function transportOf(server: ServerSettings, tls: Tls | null): TransportOptions {
  return {
    host: server.host,
    port: server.port,
    tls,
    hstsSeconds: tls === null ? null : server.tls['hsts-max-age'],
    speaksHttp2: server.http2,
    rateLimits: rateLimitsOf(server),
    trustedProxies: proxiesOf(server['trusted-proxies']),
  };
}

function rateLimitsOf({ host, 'rate-limits': limits }: ServerSettings): RateLimitOptions | null {
  if (!(limits.enabled ?? !isLoopback(host))) return null;
  return {
    perAddress: rateOf(limits['per-address'], 1),
    perPrincipal: rateOf(limits['per-principal'], 1),
    failures: rateOf(limits['failed-authentications'], 60),
    most: mostKnown,
    now: () => performance.now(),
  };
}

function rateOf({ rate, burst }: RateSettings, seconds: number): Rate | null {
  return rate === 0 ? null : { perSecond: rate / seconds, burst };
}

function proxiesOf(written: readonly string[]): TrustedProxies | null {
  if (written.length === 0) return null;
  const proxies = trustedProxies(written);
  if (proxies !== undefined) return proxies;
  const taken = 'it takes a list of addresses and ranges such as 10.0.0.0/8';
  throw new ConfigServerError('CONFIG_SETTINGS_INVALID', `\`server.trusted-proxies\` has one that is none; ${taken}.`);
}
