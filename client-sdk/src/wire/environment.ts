import { ConfigClientError } from '../errors.js';
import type { JsonObject, JsonValue } from '../json/json-value.js';
import type { MarkedScalar } from '../values/index.js';

/** One property as the server sent it. */
export interface WireProperty extends MarkedScalar {
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
  const wrapped = json instanceof Map ? unwrap(json) : { value: json };
  if (wrapped === undefined || Array.isArray(wrapped.value) || wrapped.value instanceof Map) {
    throw invalid(`${where} is not a scalar`);
  }
  return { ...wrapped, value: wrapped.value };
}

interface Wrapped {
  readonly value: JsonValue;
  readonly origin?: string;
  readonly secret?: true;
}

const members = new Set(['value', 'origin', 'secret']);

function unwrap(json: JsonObject): Wrapped | undefined {
  const value = json.get('value');
  const origin = json.get('origin') ?? null;
  const secret = json.get('secret') ?? false;
  if (value === undefined || !Array.from(json.keys()).every((name) => members.has(name))) return undefined;
  if ((origin !== null && typeof origin !== 'string') || typeof secret !== 'boolean') return undefined;
  return { value, ...(origin === null ? {} : { origin }), ...(secret ? { secret } : {}) };
}

function invalid(what: string): ConfigClientError {
  return new ConfigClientError('CONFIG_ANSWER_INVALID', `The answer is not an environment: ${what}.`);
}
