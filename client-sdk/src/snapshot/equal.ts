import { Secret } from '../secret.js';
import { isPlainObject } from './freeze.js';

/** Whether two values of a configuration are the same: by content, and by `toJSON` where an object prints itself. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => isEqual(element, right[index]));
  }
  if (isPlainObject(left) && isPlainObject(right)) return haveEqualMembers(left, right);
  if (left instanceof Secret) return left.equals(right);
  return printsItself(left) && printsItself(right) && left.constructor === right.constructor
    ? isEqual(left.toJSON(), right.toJSON())
    : false;
}

function haveEqualMembers(left: object, right: object): boolean {
  const entries = Object.entries(left);
  if (entries.length !== Object.keys(right).length) return false;
  const others = new Map<string, unknown>(Object.entries(right));
  return entries.every(([key, value]) => others.has(key) && isEqual(value, others.get(key)));
}

function printsItself(value: unknown): value is { toJSON(): unknown; constructor: unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function';
}
