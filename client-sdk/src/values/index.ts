/**
 * What server and SDK both need, once: scalars, merging of property sources, placeholders, unflattening and comparison.
 * Pure: no clock, no I/O, no Node.
 */
export { compareProperties, scalarsEqual } from './compare.js';
export type { CompareOptions, PropertyChanges } from './compare.js';
export { ValuesError } from './errors.js';
export type { ValuesErrorCode } from './errors.js';
export { mergeSources } from './merge.js';
export { createResolver, resolvePlaceholders, resolveText } from './placeholders.js';
export type { Lookup, MarkedLookup, Resolver } from './placeholders.js';
export { Binary, Float, Timestamp } from './scalar.js';
export type { MarkedScalar, Scalar } from './scalar.js';
export type { FlatProperties, MarkedProperties, Tree, TreeList, TreeMap } from './tree.js';
export { unflatten } from './unflatten.js';
export type { UnflattenOptions } from './unflatten.js';
