import { optionsError, quote } from '../options/check.js';
import { Secret } from '../secret.js';
import { Float } from '../values/index.js';
import type { MarkedScalar, Scalar } from '../values/index.js';
import { isPlainObject } from './freeze.js';

const maxDepth = 100;

/**
 * Flat properties of a nested object, as the server makes them of a YAML file: an empty list is an empty text, an empty
 * object nothing, and a `Secret` is marked as one. Keys with dots stay as they are.
 */
export function flattenObject(object: object): Map<string, MarkedScalar> {
  const flat = new Map<string, MarkedScalar>();
  for (const [key, value] of Object.entries(object)) flattenInto(flat, { key, value, depth: 1 });
  return flat;
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly depth: number;
}

function flattenInto(flat: Map<string, MarkedScalar>, { key, value, depth }: Entry): void {
  if (depth > maxDepth) throw optionsError(`fallback nests deeper than ${maxDepth} levels.`);
  if (value === undefined) return;
  if (Array.isArray(value)) {
    if (value.length === 0) flat.set(key, { value: '' });
    for (const [index, element] of value.entries()) {
      flattenInto(flat, { key: `${key}[${index}]`, value: element, depth: depth + 1 });
    }
  } else if (isPlainObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      flattenInto(flat, { key: `${key}.${name}`, value: member, depth: depth + 1 });
    }
  } else if (value instanceof Secret) {
    flat.set(key, { value: toScalar(key, value.reveal()), secret: true });
  } else {
    flat.set(key, { value: toScalar(key, value) });
  }
}

function toScalar(key: string, value: unknown): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') {
    return value;
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : new Float(value);
  throw optionsError(
    `fallback['${key}'] must be a text, number, boolean, null, Secret, list or object, not ${quote(value)}.`,
  );
}
