import { Binary, Float, Timestamp, type Scalar } from './scalar.js';
import type { FlatProperties } from './tree.js';

/** What differs between two sets of properties; each part in the order of the set its keys come from. */
export interface PropertyChanges {
  /** Keys only in the next set, with their values. */
  readonly added: ReadonlyMap<string, Scalar>;
  /** Keys in both with another value or another type. */
  readonly changed: ReadonlyMap<string, { readonly previous: Scalar; readonly next: Scalar }>;
  /** Keys only in the previous set, with the values they had. */
  readonly removed: ReadonlyMap<string, Scalar>;
}

/** Compares two sets of properties key by key; order does not count. */
export function compareProperties(previous: FlatProperties, next: FlatProperties): PropertyChanges {
  const added = new Map<string, Scalar>();
  const changed = new Map<string, { previous: Scalar; next: Scalar }>();
  const removed = new Map<string, Scalar>();
  for (const [key, value] of next) {
    const before = previous.get(key);
    if (before === undefined) added.set(key, value);
    else if (!scalarsEqual(before, value)) changed.set(key, { previous: before, next: value });
  }
  for (const [key, value] of previous) {
    if (!next.has(key)) removed.set(key, value);
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
