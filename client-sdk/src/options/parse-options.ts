/** `unknown` in, `ClientSettings` out: the options of `load` are checked once, here, and then trusted. */
import type { AuthProvider } from '../auth/providers.js';
import type { Platform } from '../platform/platform.js';
import type { StandardSchemaV1 } from '../standard-schema.js';
import { checkDuration, checkMembers, checkName, checkTexts, isRecord, optionsError, quote } from './check.js';
import { parseHeaders } from './parse-headers.js';
import type { BigintPolicy, CanApply, SecretsPolicy } from './load-options.js';
import { checkOverTls, parseTls } from './parse-tls.js';
import { parseServerAddress } from './server-address.js';
import type { ClientSettings, ServerAddress } from './settings.js';

const optionNames = [
  'url',
  'application',
  'profiles',
  'label',
  'instance',
  'headers',
  'auth',
  'tls',
  'schema',
  'fallback',
  'refresh',
  'timeout',
  'signal',
  'canApply',
  'bigint',
  'secrets',
  'placeholders',
] as const;

const day = 86_400_000;

export function parseOptions(options: unknown, platform: Platform): ClientSettings {
  const given = checkMembers('load(options)', options, optionNames);
  const auth = parseAuth(given['auth']);
  const tls = parseTls(given['tls']);
  const servers = parseServers(given['url'], platform);
  if (tls !== undefined) for (const { base } of servers) checkOverTls('url', base);
  return {
    servers,
    application: checkName('application', given['application']),
    profiles: checkTexts('profiles', given['profiles'] ?? ['default']).map((profile) => checkName('profiles', profile)),
    label: given['label'] === undefined ? undefined : checkName('label', given['label']),
    instance: parseInstance(given['instance'] ?? platform.uuid()),
    headers: parseHeaders(given['headers'], auth !== undefined),
    auth,
    tls,
    schema: parseSchema(given['schema']),
    fallback: parseFallback(given['fallback']),
    ...parseRefresh(given['refresh']),
    timeout: checkDuration('timeout', given['timeout'] ?? '5s', { least: 1, most: day }),
    signal: parseSignal(given['signal']),
    canApply: parseCanApply(given['canApply']),
    bigint: parseBigint(given['bigint']),
    secrets: parseSecrets(given['secrets']),
    environmentPlaceholders: parsePlaceholders(given['placeholders']),
  };
}

function parseServers(value: unknown, platform: Platform): readonly ServerAddress[] {
  const name = value === undefined ? 'CONFIG_SERVER_URL' : 'url';
  const given = value ?? platform.environment('CONFIG_SERVER_URL');
  if (given === undefined || given === '') {
    throw optionsError("No server: give the option url, such as 'http://127.0.0.1:8888', or set CONFIG_SERVER_URL.");
  }
  return checkTexts(name, given).map((text) => parseServerAddress(name, text));
}

function parseRefresh(value: unknown): Pick<ClientSettings, 'interval' | 'staleAfter'> {
  const given = checkMembers('refresh', value === false ? { interval: false } : (value ?? {}), [
    'interval',
    'staleAfter',
  ]);
  const interval =
    given['interval'] === false
      ? false
      : checkDuration('refresh.interval', given['interval'] ?? '30s', { least: 100, most: day });
  const untouched = interval === false ? Infinity : 3 * interval;
  if (given['staleAfter'] === undefined) return { interval, staleAfter: untouched };
  return { interval, staleAfter: checkDuration('refresh.staleAfter', given['staleAfter'], { least: 100, most: day }) };
}

function parseInstance(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value)) return value;
  throw optionsError(`instance must be a text of 1 to 128 letters, digits and "_.:-", not ${quote(value)}.`);
}

function parseAuth(value: unknown): AuthProvider | undefined {
  if (value === undefined) return undefined;
  if (isAuthProvider(value)) return value;
  throw optionsError(
    'auth must be made by basic(user, password), bearer(() => token), apiToken(token) or clientCredentials(options).',
  );
}

function parseSchema(value: unknown): StandardSchemaV1 | undefined {
  if (value === undefined) return undefined;
  if (isStandardSchema(value)) return value;
  throw optionsError("schema must be a Standard Schema, version 1: an object or function with a '~standard' property.");
}

function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = Reflect.get(value, '~standard');
  return isRecord(standard) && standard['version'] === 1 && typeof standard['validate'] === 'function';
}

function parseFallback(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || isRecord(value)) return value;
  throw optionsError(`fallback must be an object, not ${quote(value)}.`);
}

function parseSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw optionsError(`signal must be an AbortSignal, not ${quote(value)}.`);
}

function parseCanApply(value: unknown): CanApply<unknown> | undefined {
  if (value === undefined || isCanApply(value)) return value;
  throw optionsError(`canApply must be a function, not ${quote(value)}.`);
}

function parseBigint(value: unknown): BigintPolicy {
  if (value === undefined) return 'auto';
  if (value === 'auto' || value === 'always' || value === 'string') return value;
  throw optionsError(`bigint must be 'auto', 'always' or 'string', not ${quote(value)}.`);
}

function parseSecrets(value: unknown): SecretsPolicy {
  if (value === undefined) return 'plain';
  if (value === 'plain' || value === 'wrap') return value;
  throw optionsError(`secrets must be 'plain' or 'wrap', not ${quote(value)}.`);
}

function parsePlaceholders(value: unknown): boolean {
  const { environment = false } = checkMembers('placeholders', value ?? {}, ['environment']);
  if (typeof environment === 'boolean') return environment;
  throw optionsError(`placeholders.environment must be true or false, not ${quote(environment)}.`);
}

function isAuthProvider(value: unknown): value is AuthProvider {
  return isRecord(value) && typeof value['headers'] === 'function';
}

function isCanApply(value: unknown): value is CanApply<unknown> {
  return typeof value === 'function';
}
