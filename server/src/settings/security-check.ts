import { ConfigServerError } from '../core/errors.js';
import { settingsInvalid } from './problems.js';
import type { Problem } from './problems.js';
import type { Settings } from './schema.js';
import { isTlsOn } from './sections/tls.js';
import type { SecuritySettings, TokenSettings, UserSettings } from './sections/security.js';

/** What is written of security: `configured` is implied where any scheme is. */
export function securityModeOf(security: SecuritySettings): 'none' | 'configured' | null {
  return security.mode ?? (schemesOf(security).length > 0 ? 'configured' : null);
}

/** The settings that say how to authenticate, of those that are written. */
function schemesOf(security: SecuritySettings): readonly string[] {
  const written: readonly (readonly [string, boolean])[] = [
    ['user', security.user.password !== null],
    ['basic', security.basic.users.length > 0],
    ['tokens', security.tokens.entries.length > 0],
    ['credentials-file', security['credentials-file'] !== null],
    ['bearer', security.bearer.issuers.length > 0],
    ['introspection', security.introspection.length > 0],
    ['certificates', security.certificates.entries.length > 0],
    ['kubernetes', security.kubernetes['api-server'] !== null],
    ['gateway', security.gateway.header !== null],
  ];
  return written.filter(([, isWritten]) => isWritten).map(([name]) => name);
}

/** What contradicts itself. */
export function securityProblems(settings: Settings): readonly Problem[] {
  const { security } = settings;
  const { tokens } = security;
  return [
    ...modeProblems(security),
    ...certificateProblems(settings),
    ...repeatedIds(tokens.entries).map((id) => ({ text: `\`security.tokens.entries\`: the id ${id} is there twice` })),
    ...repeatedUsers(security.basic.users, security.user).map((name) => ({
      text: `\`security.basic.users\`: the name ${name} is there twice`,
    })),
  ];
}

function modeProblems(security: SecuritySettings): readonly Problem[] {
  const { mode, user } = security;
  const schemes = schemesOf(security);
  const problems: readonly (readonly [boolean, string])[] = [
    [
      mode === 'none' && schemes.length > 0,
      `\`security.mode: none\` lets everybody in, and \`security.${schemes.join('`, `security.')}\` says who may come; leave one of them out`,
    ],
    [
      mode === 'configured' && schemes.length === 0,
      '`security.mode: configured` needs a way to authenticate, such as `security.tokens.entries` (`cairn token create` makes one)',
    ],
    [
      user.password === null && user.name !== 'user',
      '`security.user.name` (`spring.security.user.name`) has no `security.user.password` beside it; none is made up here',
    ],
  ];
  return problems.filter(([isProblem]) => isProblem).map(([, text]) => ({ text }));
}

/** Without a certificate that TLS has asked for nobody would ever be recognized by one. */
function certificateProblems({ security, server }: Settings): readonly Problem[] {
  if (isTlsOn(server.tls) && server.tls['client-authentication'] !== 'none') return [];
  const needing = schemesOf(security).filter((name) => name === 'certificates' || name === 'gateway');
  return needing.map((name) => ({
    text: `\`security.${name}\` needs client certificates: \`server.tls\` with \`client-authentication: optional\` (or required) and \`client-ca-certificates-file\``,
  }));
}

/** Ids that more than one token has, in quotes. */
export function repeatedIds(tokens: readonly TokenSettings[]): readonly string[] {
  return repeated(tokens.map(({ id }) => id));
}

/** Names that more than one user has, in quotes. */
export function repeatedUsers(users: readonly UserSettings[], user: SecuritySettings['user']): readonly string[] {
  const names = [...users, ...(user.password === null ? [] : [user])].map(({ name }) => name.normalize('NFC'));
  return repeated(names);
}

function repeated(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set(values.filter((value) => seen.size === seen.add(value).size));
  return [...twice].map((value) => JSON.stringify(value));
}

/** @throws ConfigServerError CONFIG_SECURITY_UNSETTLED where everybody on the network would be served without a word */
export function requireSettledSecurity(settings: Settings): void {
  const { host: mainHost, 'management-port': managementPort, 'management-host': managementHost } = settings.server;
  const hosts = [mainHost, ...(managementPort === null ? [] : [managementHost ?? mainHost])];
  const host = hosts.find((one) => !isLoopback(one));
  if (host === undefined || securityModeOf(settings.security) !== null) return;
  throw new ConfigServerError(
    'CONFIG_SECURITY_UNSETTLED',
    `The server would listen on ${host}, where others can reach it, and nothing says who may read the configuration. ` +
      'Say who may: section `security` of cairn.yml, to begin with a token that `cairn token create` makes (docs/security.md). ' +
      'Or listen on loopback only (`server.host: 127.0.0.1`, CAIRN_HOST=127.0.0.1, `--host 127.0.0.1`). ' +
      'Or say in so many words that everybody who reaches it may read everything: `security.mode: none` in cairn.yml ' +
      "(`cairn.security.mode: none` in a file with the reference's names), or CAIRN_SECURITY__MODE=none in the environment.",
  );
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID for a policy that could not have a meaning */
export function requireUsablePolicy({ security }: Settings): void {
  const written = security['policy-file'] === null ? 'policy' : 'policy-file';
  const hasRules = security.policy.rules.length > 0;
  if (hasRules && security['policy-file'] !== null)
    throw settingsInvalid([
      { text: '`security.policy` and `security.policy-file` are both written; leave one of them out' },
    ]);
  if ((hasRules || security['policy-file'] !== null) && securityModeOf(security) !== 'configured')
    throw settingsInvalid([
      {
        text: `\`security.${written}\` says who may read what, and nothing says how to find out who asks: it needs a way to authenticate, such as \`security.tokens.entries\` (\`cairn token create\` makes one)`,
      },
    ]);
}

/** `127.0.0.0/8`, `::1` and `localhost`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}
