import { ConfigServerError } from '../core/errors.js';
import { trustedProxies, type TrustedProxies } from '../http/client-address.js';
import type { RateLimitOptions } from '../http/rate-limits.js';
import type { HttpServerOptions, Place } from '../http/server.js';
import type { Rate } from '../http/token-buckets.js';
import type { TlsHealth } from '../observability/tls-health.js';
import { endingOf, type Tls } from '../security/tls.js';
import type { RateSettings } from '../settings/sections/rate-limits.js';
import type { ServerSettings } from '../settings/sections/server.js';
import { isLoopback } from '../settings/security-check.js';

type TransportOptions = Pick<
  HttpServerOptions,
  'host' | 'port' | 'tls' | 'hstsSeconds' | 'speaksHttp2' | 'rateLimits' | 'trustedProxies' | 'management' | 'publicUrl'
>;

const mostKnown = 20_000;

/** How the server is reached, as the settings say. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function transportOf(server: ServerSettings, tls: Tls | null): TransportOptions {
  return {
    host: server.host,
    port: server.port,
    tls,
    management: managementOf(server, tls),
    publicUrl: publicUrlOf(server),
    hstsSeconds: tls === null ? null : server.tls['hsts-max-age'],
    speaksHttp2: server.http2,
    rateLimits: rateLimitsOf(server),
    trustedProxies: proxiesOf(server['trusted-proxies']),
  };
}

function managementOf(server: ServerSettings, tls: Tls | null): Place | null {
  const { 'management-port': port, 'management-host': host, 'management-tls': speaksTls } = server;
  if (port === null || (port !== 0 && port === server.port)) return null;
  if (speaksTls === true && tls === null) throw invalid('`server.management-tls: true` needs `server.tls`');
  return { host: host ?? server.host, port, tls: speaksTls === false || tls === null ? null : managementTls(tls) };
}

/** A probe shows no certificate: who shows one there is known by it, and nobody has to. */
function managementTls(tls: Tls): Tls {
  return { ...tls, clientAuthentication: tls.clientAuthentication === 'none' ? 'none' : 'optional' };
}

function publicUrlOf({ 'public-url': text }: ServerSettings): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain && /^https?:$/.test(url.protocol) && !text.endsWith('/')) return text;
  throw invalid(
    '`server.public-url` is none; https://config.example.com would be taken, without user info, query and a slash at its end',
  );
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
  throw invalid('`server.trusted-proxies` has one that is none; it takes addresses and ranges such as 10.0.0.0/8');
}

function invalid(what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `${what}.`);
}

export function tlsHealthOf(tls: Tls): TlsHealth {
  const state = tls.state();
  return { ...state, isEnding: endingOf(state, Date.now()) !== undefined };
}
