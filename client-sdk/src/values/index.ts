/**
 * What server and SDK both need, once: scalars, merging of property sources, placeholders, unflattening and comparison.
 * Pure: no clock, no I/O, no Node.
 */
export { Binary, Float, Timestamp } from './scalar.js';
export type { Scalar } from './scalar.js';
export type { FlatProperties, Tree, TreeList, TreeMap } from './tree.js';
