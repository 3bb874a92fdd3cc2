import { ConfigClientError } from '../errors.js';
import type { JsonObject, JsonValue } from '../json/json-value.js';
import type { Scalar } from '../values/index.js';

/** One property as the server sent it. */
export interface WireProperty {
  readonly value: Scalar;
  readonly origin?: string;
}

export interface WireSource {
  readonly name: string;
  readonly properties: ReadonlyMap<string, WireProperty>;
}

/** What the SDK needs of an environment; property sources highest precedence first. */
export interface WireEnvironment {
  readonly version: string | null;
  readonly sources: readonly WireSource[];
}

/** Reads the environment out of an answer. @throws CONFIG_ANSWER_INVALID naming the member that is not as it should be. */
export function decodeEnvironment(json: JsonValue): WireEnvironment {
  if (!(json instanceof Map)) throw invalid('it is not an object');
  const version = json.get('version') ?? null;
  if (version !== null && typeof version !== 'string') throw invalid('version is neither text nor null');
  const sources = json.get('propertySources');
  if (!Array.isArray(sources)) throw invalid('propertySources is not a list');
  return { version, sources: sources.map(decodeSource) };
}

function decodeSource(json: JsonValue, index: number): WireSource {
  const where = `propertySources[${index}]`;
  if (!(json instanceof Map)) throw invalid(`${where} is not an object`);
  const name = json.get('name');
  if (typeof name !== 'string') throw invalid(`${where}.name is not text`);
  const source = json.get('source');
  if (!(source instanceof Map)) throw invalid(`${where}.source is not an object`);
  const properties = new Map<string, WireProperty>();
  for (const [key, value] of source) properties.set(key, decodeProperty(value, `${where}.source['${key}']`));
  return { name, properties };
}

function decodeProperty(json: JsonValue, where: string): WireProperty {
  const wrapped = json instanceof Map ? unwrap(json) : { value: json, origin: undefined };
  if (wrapped === undefined || Array.isArray(wrapped.value) || wrapped.value instanceof Map) {
    throw invalid(`${where} is not a scalar`);
  }
  return wrapped.origin === undefined ? { value: wrapped.value } : { value: wrapped.value, origin: wrapped.origin };
}

function unwrap(json: JsonObject): { readonly value: JsonValue; readonly origin: string | undefined } | undefined {
  const value = json.get('value');
  const origin = json.get('origin') ?? undefined;
  if (value === undefined || (origin !== undefined && typeof origin !== 'string')) return undefined;
  return json.size === (json.has('origin') ? 2 : 1) ? { value, origin } : undefined;
}

function invalid(what: string): ConfigClientError {
  return new ConfigClientError('CONFIG_ANSWER_INVALID', `The answer is not an environment: ${what}.`);
}
