/** `unknown` in, settings out: the options of `clientCredentials` are checked once. No message repeats a secret. */
import { checkDuration, checkMembers, checkTexts, optionsError, quote } from '../options/check.js';
import { checkOverTls, parseTls, type TlsSettings } from '../options/parse-tls.js';
import type { Platform } from '../platform/platform.js';
import type { SigningKey } from '../platform/signing.js';
import { parsePrivateKey } from './private-key.js';
import { parseTokenUrl } from './token-url.js';

/** How the client shows who it is. */
export type ClientProof =
  | { readonly kind: 'certificate' }
  | { readonly kind: 'secret'; readonly secret: () => Promise<string>; readonly isInBody: boolean }
  | {
      readonly kind: 'key';
      readonly key: () => Promise<SigningKey>;
      readonly keyId: string | undefined;
      readonly audience: string;
    };

export interface TokenSettings {
  readonly tokenUrl: string;
  /** `tokenUrl` without its query, for messages. */
  readonly endpoint: string;
  readonly clientId: string;
  readonly proof: ClientProof;
  /** Parameters of the request, in order. */
  readonly parameters: readonly (readonly [string, string])[];
  readonly tls: TlsSettings | undefined;
  readonly timeout: number;
}

const names = [
  'tokenUrl',
  'clientId',
  'clientSecret',
  'secretMethod',
  'privateKey',
  'passphrase',
  'keyId',
  'algorithm',
  'assertionAudience',
  'tls',
  'scope',
  'audience',
  'resource',
  'timeout',
  'allowHttp',
] as const;

const secretMethods = ['client_secret_basic', 'client_secret_post'];
const minute = 60_000;
const oneProof = 'clientCredentials takes one of clientSecret, privateKey, and tls with cert and key.';

type Given = Readonly<Record<string, unknown>>;

export function parseClientCredentials(options: unknown, platform: Platform): TokenSettings {
  const given = checkMembers('clientCredentials(options)', options, names);
  const url = parseTokenUrl(given['tokenUrl'], checkFlag('allowHttp', given['allowHttp']));
  const tls = parseTls(given['tls']);
  if (tls !== undefined) checkOverTls('tokenUrl', url.href);
  return {
    tokenUrl: url.href,
    endpoint: `${url.origin}${url.pathname}`,
    clientId: checkText('clientId', given['clientId']),
    proof: parseProof(given, { tokenUrl: url.href, tls }, platform),
    tls,
    parameters: [
      ...parseScope(given['scope']),
      ...parseParameters('audience', given['audience']),
      ...parseParameters('resource', given['resource']),
    ],
    timeout: checkDuration('timeout', given['timeout'] ?? '5s', { least: 1, most: minute }),
  };
}

interface Endpoint {
  readonly tokenUrl: string;
  readonly tls: TlsSettings | undefined;
}

function parseProof(given: Given, { tokenUrl, tls }: Endpoint, platform: Platform): ClientProof {
  const { clientSecret, privateKey } = given;
  if (clientSecret === undefined) forOnly('clientSecret', ['secretMethod'], given);
  if (privateKey === undefined) {
    forOnly('privateKey', ['passphrase', 'keyId', 'algorithm', 'assertionAudience'], given);
  }
  if (clientSecret !== undefined && privateKey !== undefined) throw optionsError(oneProof);
  if (clientSecret !== undefined) return parseSecret(clientSecret, given['secretMethod']);
  if (privateKey !== undefined) return parseKey(given, tokenUrl, platform);
  if (tls?.identity === undefined) throw optionsError(oneProof);
  return { kind: 'certificate' };
}

function parseKey(given: Given, tokenUrl: string, platform: Platform): ClientProof {
  const audience = checkText('assertionAudience', given['assertionAudience'] ?? tokenUrl);
  const [passphrase, algorithm] = [optionalText('passphrase', given), optionalText('algorithm', given)];
  const key = parsePrivateKey({ given: given['privateKey'], passphrase, algorithm }, platform);
  return { kind: 'key', key, keyId: optionalText('keyId', given), audience };
}

function parseSecret(value: unknown, method: unknown = 'client_secret_basic'): ClientProof {
  if (typeof method !== 'string' || !secretMethods.includes(method)) {
    throw optionsError(`secretMethod must be ${secretMethods.join(' or ')}, not ${quote(method)}.`);
  }
  const isInBody = method === 'client_secret_post';
  if (typeof value === 'function') {
    return { kind: 'secret', secret: async () => secretText(await Reflect.apply(value, undefined, [])), isInBody };
  }
  const secret = secretText(value);
  return { kind: 'secret', secret: () => Promise.resolve(secret), isInBody };
}

function secretText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw optionsError('clientSecret must be a text that is not empty, or a function that gives one.');
}

type Parameters = readonly (readonly [string, string])[];

function parseScope(value: unknown): Parameters {
  if (value === undefined) return [];
  const scope = typeof value === 'string' ? value : checkTexts('scope', value).join(' ');
  // RFC 6749, 3.3
  if (/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)) return [['scope', scope]];
  throw optionsError(`scope must be scopes with one space between, not ${quote(scope)}.`);
}

function parseParameters(name: string, value: unknown): Parameters {
  if (value === undefined) return [];
  return checkTexts(name, typeof value === 'string' ? [value] : value).map((text) => [name, text]);
}

function forOnly(option: string, names: readonly string[], given: Given): void {
  const stray = names.find((name) => given[name] !== undefined);
  if (stray !== undefined) throw optionsError(`${stray} is for ${option}, which is not given.`);
}

function optionalText(name: string, given: Given): string | undefined {
  return given[name] === undefined ? undefined : checkText(name, given[name]);
}

function checkText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  // Without the value: it may be what was meant for another option.
  throw optionsError(`${name} must be a text that is not empty.`);
}

function checkFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw optionsError(`${name} must be true or false, not ${quote(value)}.`);
}
