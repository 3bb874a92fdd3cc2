import { ConfigClientError } from '../errors.js';
import type { JsonObject, JsonValue } from '../json/json-value.js';
import { Float } from '../values/index.js';

export interface Token {
  readonly value: string;
  /** Milliseconds from when it was asked for. */
  readonly lifetime: number;
}

/** Of a token whose server does not say how long it lives. */
const usualLifetime = 300_000;
const longestLifetime = 86_400_000;
const longestToken = 16 * 1024;

/** A bearer token (RFC 6749, 5.1; RFC 6750). @throws CONFIG_ANSWER_INVALID, never with the token. */
export function decodeToken(json: JsonValue): Token {
  if (!(json instanceof Map)) throw invalid('it is not an object');
  const value = json.get('access_token');
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || value.length > longestToken) {
    throw invalid('access_token is not a text that a header can carry');
  }
  const type = json.get('token_type');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw invalid('token_type is not Bearer');
  return { value, lifetime: lifetimeOf(json) };
}

function lifetimeOf(json: JsonObject): number {
  const told = json.get('expires_in') ?? null;
  if (told === null) return usualLifetime;
  // Some servers write it as text.
  const seconds = told instanceof Float ? told.value : Number(told);
  if (typeof told === 'boolean' || !(seconds >= 0)) throw invalid('expires_in is not a number of seconds');
  return Math.min(seconds * 1000, longestLifetime);
}

function invalid(what: string): ConfigClientError {
  return new ConfigClientError('CONFIG_ANSWER_INVALID', `The answer is not a bearer token: ${what}.`);
}
