import type { Environment, Property, PropertySource } from './environment.js';
import { writeJsonArray, writeJsonObject, writeJsonScalar } from './json.js';

/** `plain` is `application/json`; `v2` adds each value's origin; `marked`, ours, also says which values are secrets. */
export type EnvironmentVariant = 'plain' | 'v2' | 'marked';

const writers: Readonly<Record<EnvironmentVariant, (property: Property) => string>> = {
  plain: writeValue,
  v2: writeWithOrigin,
  marked: writeMarked,
};

/** The body of an environment around its `version`, which alone moves with each commit: see `joinBody`. */
export interface BodyParts {
  readonly head: string;
  readonly tail: string;
}

/** The JSON body of `environment`, with the members and their order that the reference server writes. */
export function environmentBody(environment: Environment, variant: EnvironmentVariant): string {
  return joinBody(environmentBodyParts(environment, variant), environment.version);
}

export function environmentBodyParts(environment: Environment, variant: EnvironmentVariant): BodyParts {
  const { name, profiles, label, state, propertySources } = environment;
  const writeProperty = writers[variant];
  const writeSource = (source: PropertySource) =>
    `{"name":${JSON.stringify(source.name)},"source":${writeJsonObject(source.properties, writeProperty)}}`;
  return {
    head: `{"name":${JSON.stringify(name)},"profiles":${JSON.stringify(profiles)},"label":${JSON.stringify(label)},"version":`,
    tail: `,"state":${JSON.stringify(state)},"propertySources":${writeJsonArray(propertySources, writeSource)}}`,
  };
}

export function joinBody(parts: BodyParts, version: string | null): string {
  return parts.head + JSON.stringify(version) + parts.tail;
}

function writeValue(property: Property): string {
  return writeJsonScalar(property.value);
}

function writeWithOrigin({ value, origin }: Property): string {
  const text = writeJsonScalar(value);
  return origin === undefined ? text : `{"value":${text},"origin":${JSON.stringify(origin)}}`;
}

function writeMarked(property: Property): string {
  if (property.secret !== true) return writeWithOrigin(property);
  const origin = property.origin === undefined ? '' : `,"origin":${JSON.stringify(property.origin)}`;
  return `{"value":${writeJsonScalar(property.value)}${origin},"secret":true}`;
}
