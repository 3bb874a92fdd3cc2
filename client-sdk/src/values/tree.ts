import type { Scalar } from './scalar.js';

/** A configuration as nested maps and lists. Maps keep the order of insertion and take any key, `__proto__` too. */
export type Tree = Scalar | TreeMap | TreeList;
export type TreeMap = Map<string, Tree>;
export type TreeList = Tree[];

/** Flat properties, `a.b[0]` → value, in order. */
export type FlatProperties = ReadonlyMap<string, Scalar>;
