import { z } from 'zod';

import { flag, optionalFlag, optionalText, text } from '../fields.js';
import { duration, optionalWholeNumber, wholeNumber } from '../quantities.js';
import type { SettingType } from '../facts.js';
import { textList } from '../lists.js';
import { rateLimitsSection } from './rate-limits.js';
import type { RateLimitSettings } from './rate-limits.js';
import { tlsSection } from './tls.js';
import type { TlsSettings } from './tls.js';

export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
  readonly 'shutdown-timeout': number;
  readonly 'public-url': string | null;
  readonly 'management-port': number | null;
  readonly 'management-host': string | null;
  readonly 'management-tls': boolean | null;
  readonly http2: boolean;
  readonly connections: number;
  readonly 'connections-per-address': number;
  readonly 'trusted-proxies': readonly string[];
  readonly 'rate-limits': RateLimitSettings;
  readonly tls: TlsSettings;
}

export const serverSection: SettingType<ServerSettings> = z.strictObject({
  host: text({
    default: '127.0.0.1',
    pattern: /^[0-9A-Za-z.:%_-]+$/,
    taken: 'an IP address or host name of this machine',
    description:
      'Address to listen on. Any other than a loopback address needs `security` to be settled. Also `CAIRN_HOST`.',
    reference: ['server.address'],
  }),
  port: wholeNumber({
    default: 8888,
    min: 0,
    max: 65535,
    description: 'Port to listen on; 0 takes any free one, which is printed. Also `CAIRN_PORT`.',
    reference: ['server.port'],
  }),
  prefix: text({
    default: '',
    pattern: /^$|^(\/[A-Za-z0-9._~-]+)+$/,
    taken: 'a path such as /config, without a slash at its end',
    description:
      'Path in front of the configuration routes. `/actuator`, `/monitor` and `/-/` are never under the prefix.',
    reference: ['spring.cloud.config.server.prefix'],
  }),
  'shutdown-timeout': duration({
    default: '25s',
    description: 'How long requests in flight may take to finish after SIGTERM or SIGINT.',
    reference: ['spring.lifecycle.timeout-per-shutdown-phase'],
  }),
  'public-url': optionalText({
    taken: 'an address such as https://config.example.com, without a slash at its end',
    description: 'Where clients reach the server; links are made of it. Without it they are paths.',
  }),
  'management-port': optionalWholeNumber({
    min: 0,
    max: 65535,
    description:
      'Port of its own for `/actuator`, which is answered nowhere else then; 0 takes any free one. It stays open until all else has stopped.',
    reference: ['management.server.port'],
  }),
  'management-host': optionalText({
    taken: 'an IP address or host name of this machine',
    description: 'Address of the management port; none: `host`.',
    reference: ['management.server.address'],
  }),
  'management-tls': optionalFlag({
    fallback: 'as the server',
    description:
      'Whether the management port speaks TLS, with the same certificate. It takes no client certificate as required.',
    reference: ['management.server.ssl.enabled'],
  }),
  http2: flag({
    default: true,
    description: 'Whether HTTP/2 is spoken beside HTTP/1.1, over TLS, with clients that ask for it.',
    reference: ['server.http2.enabled'],
  }),
  connections: wholeNumber({
    default: 10_000,
    min: 1,
    max: 1_000_000,
    description: 'Most connections that are open at a time; one more is closed as it comes.',
    reference: ['server.tomcat.max-connections'],
  }),
  'connections-per-address': wholeNumber({
    default: 1000,
    min: 1,
    max: 1_000_000,
    description: 'Most connections of one address (IPv6: of one /64); those of trusted proxies are not counted.',
  }),
  'trusted-proxies': textList({
    taken: 'a list of addresses and ranges such as 10.0.0.0/8',
    description:
      "Proxies whose `X-Forwarded-For` is believed: rate limits and the audit then have the address before them. Nobody else's is looked at.",
  }),
  'rate-limits': rateLimitsSection,
  tls: tlsSection,
});
