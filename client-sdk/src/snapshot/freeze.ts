import { defineOwn } from './plain.js';

/**
 * A copy with all plain objects and arrays frozen; other objects (a Date, an instance that a schema made) are kept as they
 * are. A copy, because what a schema returns may share objects with the schema's own defaults.
 */
export function frozenCopy(value: unknown, seen: Map<object, unknown> = new Map<object, unknown>()): unknown {
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const copy: object = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const [key, member] of Object.entries(value)) defineOwn(copy, key, frozenCopy(member, seen));
  return Object.freeze(copy);
}

/** Whether `value` is an object literal, of this realm or without prototype. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
