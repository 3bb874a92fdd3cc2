import type { BigintPolicy } from '../options/load-options.js';
import { Float } from '../values/index.js';
import type { Scalar } from '../values/index.js';

/** A scalar as the service sees it: numbers as `number`, integers by the policy and never rounded. */
export function plainScalar(scalar: Scalar, policy: BigintPolicy): string | boolean | number | bigint | null {
  if (typeof scalar === 'bigint') return plainInteger(scalar, policy);
  if (scalar instanceof Float) return scalar.value;
  return typeof scalar === 'object' && scalar !== null ? scalar.toString() : scalar;
}

/** A tree of maps and lists as plain objects and arrays. Keys are own properties, whatever their name. */
export function plainTree(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(plainTree);
  if (!(tree instanceof Map)) return tree;
  const object = {};
  for (const [key, value] of tree) defineOwn(object, String(key), plainTree(value));
  return object;
}

/** Sets an own property: an assignment to `__proto__` would set the prototype instead. */
export function defineOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function plainInteger(integer: bigint, policy: BigintPolicy): number | bigint | string {
  if (policy === 'always') return integer;
  const number = Number(integer);
  if (Number.isSafeInteger(number)) return number;
  return policy === 'string' ? String(integer) : integer;
}
