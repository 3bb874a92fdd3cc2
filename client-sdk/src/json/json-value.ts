import type { Float } from '../values/index.js';

/** What a JSON text holds: integers exactly, other numbers as `Float`, objects as maps that take any key. */
export type JsonValue = string | boolean | bigint | Float | null | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

export interface JsonLimits {
  /** How deep arrays and objects may nest. */
  readonly depth: number;
  /** How many characters a number may have: turning digits into a `bigint` takes more than linear time. */
  readonly numberLength: number;
}
