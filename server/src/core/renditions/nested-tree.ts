import { unflatten, type Scalar, type TreeMap } from 'cairn-config-client/values';
import type { Environment } from '../environment.js';
import { mergeProperties, placeholderResolver, withServerErrors, type RenditionOptions } from './merged-properties.js';

export interface NestOptions extends RenditionOptions {
  /** What a value becomes whose placeholders leave nothing of it. */
  readonly emptied: '' | null;
}

/** The environment as nested maps and lists; placeholders replaced in string values, which stay strings. */
export function nestProperties(environment: Environment, options: NestOptions): TreeMap {
  const merged = mergeProperties(environment);
  if (options.resolvePlaceholders) replaceInValues(environment, merged, options.emptied);
  return withServerErrors(() => unflatten(merged, options));
}

function replaceInValues(environment: Environment, merged: Map<string, Scalar>, emptied: '' | null): void {
  const resolve = placeholderResolver(environment);
  for (const [key, value] of merged) {
    if (typeof value === 'string' && value !== '') merged.set(key, resolve(value) || emptied);
  }
}
