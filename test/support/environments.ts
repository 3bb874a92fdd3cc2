import type { Scalar } from 'cairn-config-client/values';
import type { Environment, Property, PropertySource } from '#server/core/environment.js';

export type Properties = Readonly<Record<string, Scalar>> | ReadonlyMap<string, Scalar>;

/** A property source named `name`, each value with an origin of its own where `origins` says so. */
export function aPropertySource(
  name: string,
  properties: Properties,
  origins: Readonly<Record<string, string>> = {},
): PropertySource {
  const source = new Map<string, Property>();
  const entries: Iterable<readonly [string, Scalar]> = isMap(properties) ? properties : Object.entries(properties);
  for (const [key, value] of entries) source.set(key, aProperty(value, origins[key]));
  return { name, properties: source };
}

/** The environment of `orders/prod` with these property sources, highest first. */
export function anEnvironment(sources: readonly Properties[], members: Partial<Environment> = {}): Environment {
  return {
    name: 'orders',
    profiles: ['prod'],
    label: null,
    version: 'c0ffee',
    state: '',
    propertySources: sources.map((properties, i) => aPropertySource(`source-${i}`, properties)),
    ...members,
  };
}

function aProperty(value: Scalar, origin: string | undefined): Property {
  return origin === undefined ? { value } : { value, origin };
}

function isMap(properties: Properties): properties is ReadonlyMap<string, Scalar> {
  return properties instanceof Map;
}
