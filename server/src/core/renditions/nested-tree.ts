import { unflatten, type Scalar, type TreeMap } from 'cairn-config-client/values';
import type { Environment } from '../environment.js';
import { mergeProperties, placeholderResolver, withServerErrors, type RenditionOptions } from './merged-properties.js';

/** The environment as nested maps and lists; placeholders replaced in string values, which stay strings. */
export function nestProperties(environment: Environment, options: RenditionOptions): TreeMap {
  const merged = mergeProperties(environment);
  if (options.resolvePlaceholders) replaceInValues(environment, merged);
  return withServerErrors(() => unflatten(merged));
}

function replaceInValues(environment: Environment, merged: Map<string, Scalar>): void {
  const resolve = placeholderResolver(environment);
  for (const [key, value] of merged) {
    if (typeof value === 'string') merged.set(key, resolve(value));
  }
}
