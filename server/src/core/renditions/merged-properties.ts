import {
  createResolver,
  mergeSources,
  ValuesError,
  type Lookup,
  type Resolver,
  type Scalar,
} from 'cairn-config-client/values';
import type { Environment } from '../environment.js';
import { ConfigServerError } from '../errors.js';

export interface RenditionOptions {
  /** Whether placeholders are replaced by values of the same environment. */
  readonly resolvePlaceholders: boolean;
  /** The highest list index that YAML and JSON take; 10,000 unless given. */
  readonly maxIndex?: number;
}

/** The environment as one map of flat properties, in the order of the reference server's renditions. */
export function mergeProperties(environment: Environment): Map<string, Scalar> {
  const merged = new Map<string, Scalar>();
  for (const [key, { value }] of mergeSources(environment.propertySources.map((source) => source.properties))) {
    merged.set(key, value);
  }
  merged.delete('spring.profiles');
  return merged;
}

/** Replaces placeholders by the environment's values: of the highest property source that has the key. */
export function placeholderResolver(environment: Environment): Resolver {
  const resolve = createResolver(lookupIn(environment));
  return (text) => withServerErrors(() => resolve(text));
}

function lookupIn({ propertySources }: Environment): Lookup {
  return (key) => propertySources.find(({ properties }) => properties.has(key))?.properties.get(key)?.value;
}

/** Runs `act`; what the rules of `values` refuse becomes an error of this server. */
export function withServerErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ValuesError) throw new ConfigServerError(error.code, error.message, { cause: error });
    throw error;
  }
}
