import { readFileSync } from 'node:fs';
import { exactMember, readExactJson, type ExactJson } from './exact-json.js';
import type { VaultMounts } from '../support/real-vault.js';
import type { RecordedCommit } from '../support/recorded-repository.js';

/** Recorded answers of the reference server: its settings, the repositories it read, what was asked and what it answered. */
export interface Scenario {
  readonly scenario: string;
  readonly activeProfiles?: string;
  readonly settings: Record<string, unknown>;
  readonly repositories?: Readonly<Record<string, readonly RecordedCommit[]>>;
  readonly directories?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Mount → KV version and secrets. */
  readonly vault?: VaultMounts;
  /** In Base64, laid down as `server.p12`. */
  readonly keystore?: string;
  readonly exchanges: readonly Exchange[];
}

export interface RecordedRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RecordedResponse {
  readonly status?: number;
  readonly contentType?: string;
  readonly allow?: string;
  readonly text?: string;
  readonly base64?: string;
  readonly opaque?: boolean;
  /** As written: integers of any size, and `5` apart from `5.0`. */
  readonly json?: ExactJson;
}

export interface Exchange {
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
  /** The statuses taken where they differ from the recorded one. */
  readonly accept?: readonly number[];
  readonly statusOnly?: boolean;
  readonly anyOrder?: boolean;
  readonly looseScalars?: boolean;
  readonly unordered?: boolean;
}

export const scenarioNames = [
  'accept-empty-false',
  'accept-empty-true',
  'basic',
  'composite',
  'encrypt-disabled',
  'encrypt-none',
  'encrypt-rsa',
  'encrypt-symmetric',
  'hostile',
  'imports',
  'master-fallback',
  'monitor',
  'multi-repo',
  'native',
  'overrides',
  'placeholders',
  'prefix',
  'search-paths-placeholders',
  'search-paths-static',
  'types',
  'vault-kv1',
  'vault-kv2',
] as const;

// The emitted tests lie in test/dist/conformance, the recordings beside the sources.
const folder = new URL('../../conformance/', import.meta.url);

export function readScenario(name: string): Scenario {
  const text = readFileSync(new URL(`${name}.json`, folder), 'utf8');
  const scenario = JSON.parse(text) as Scenario;
  const exact = exactMember(readExactJson(text), 'exchanges') as readonly ExactJson[];
  return { ...scenario, exchanges: scenario.exchanges.map((exchange, at) => withExactBody(exchange, exact[at])) };
}

function withExactBody(exchange: Exchange, exact: ExactJson | undefined): Exchange {
  if (exchange.response.json === undefined) return exchange;
  const json = exactMember(exactMember(exact, 'response'), 'json');
  return { ...exchange, response: { ...exchange.response, ...(json !== undefined && { json }) } };
}

export function describeRequest({ method = 'GET', path, headers = {} }: RecordedRequest): string {
  const shown = path.length > 120 ? `${path.slice(0, 117)}...` : path;
  const named = Object.entries(headers).map(([name, value]) => ` with ${name}: ${value}`);
  return `${method} ${shown}${named.join('')}`;
}
