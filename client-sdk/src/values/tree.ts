import type { MarkedScalar, Scalar } from './scalar.js';

/** A configuration as nested maps and lists. Maps keep the order of insertion and take any key, `__proto__` too. */
export type Tree<L = Scalar> = L | null | TreeMap<L> | TreeList<L>;
export type TreeMap<L = Scalar> = Map<string, Tree<L>>;
export type TreeList<L = Scalar> = Tree<L>[];

/** Flat properties, `a.b[0]` → value, in order. */
export type FlatProperties<L = Scalar> = ReadonlyMap<string, L>;

/** Flat properties that tell which of them are secrets. */
export type MarkedProperties = FlatProperties<MarkedScalar>;
