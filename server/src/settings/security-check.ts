import { ConfigServerError } from '../core/errors.js';
import type { Settings } from './schema.js';

/** @throws ConfigServerError CONFIG_SECURITY_UNSETTLED where everybody on the network would be served without a word */
export function requireSettledSecurity(settings: Settings): void {
  const { host } = settings.server;
  if (settings.security.mode !== null || isLoopback(host)) return;
  throw new ConfigServerError(
    'CONFIG_SECURITY_UNSETTLED',
    `The server would listen on ${host}, where others can reach it, and nothing says who may read the configuration. ` +
      'Authentication is not part of this version. Either listen on loopback only (`server.host: 127.0.0.1`, CAIRN_HOST=127.0.0.1, `--host 127.0.0.1`), ' +
      'or say in so many words that everybody who reaches it may read everything: `security.mode: none` in cairn.yml ' +
      "(`cairn.security.mode: none` in a file with the reference's names), or CAIRN_SECURITY__MODE=none in the environment.",
  );
}

/** `127.0.0.0/8`, `::1` and `localhost`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}
