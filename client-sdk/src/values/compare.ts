import { Binary, Float, Timestamp, type MarkedScalar, type Scalar } from './scalar.js';
import type { MarkedProperties } from './tree.js';

/** What differs between two sets of properties; each part in the order of the set its keys come from. */
export interface PropertyChanges {
  /** Keys only in the next set, with their values. */
  readonly added: MarkedProperties;
  /** Keys in both with another value or another type. */
  readonly changed: ReadonlyMap<string, { readonly previous: MarkedScalar; readonly next: MarkedScalar }>;
  /** Keys only in the previous set, with the values they had. */
  readonly removed: MarkedProperties;
}

export interface CompareOptions {
  /** Whether a value that becomes a secret, or is one no more, counts as changed; false unless given. */
  readonly marks?: boolean;
}

/** Compares two sets of properties key by key; order does not count. */
export function compareProperties(
  previous: MarkedProperties,
  next: MarkedProperties,
  { marks = false }: CompareOptions = {},
): PropertyChanges {
  const added = new Map<string, MarkedScalar>();
  const changed = new Map<string, { previous: MarkedScalar; next: MarkedScalar }>();
  const removed = new Map<string, MarkedScalar>();
  for (const [key, property] of next) {
    const before = previous.get(key);
    if (before === undefined) added.set(key, property);
    else if (!scalarsEqual(before.value, property.value) || (marks && before.secret !== property.secret))
      changed.set(key, { previous: before, next: property });
  }
  for (const [key, property] of previous) {
    if (!next.has(key)) removed.set(key, property);
  }
  return { added, changed, removed };
}

/** Whether two scalars are the same value of the same type: `5` is not `5.0`, NaN is NaN, `0.0` is not `-0.0`. */
export function scalarsEqual(left: Scalar, right: Scalar): boolean {
  if (left === right) return true;
  if (left instanceof Float) return right instanceof Float && Object.is(left.value, right.value);
  if (left instanceof Timestamp) {
    return right instanceof Timestamp && left.epochMilliseconds === right.epochMilliseconds;
  }
  return left instanceof Binary && right instanceof Binary && left.base64 === right.base64;
}
