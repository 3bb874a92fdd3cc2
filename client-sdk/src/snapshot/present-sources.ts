import type { PropertySource, PropertyValue } from '../config.js';
import type { BigintPolicy } from '../options/load-options.js';
import type { WireProperty, WireSource } from '../wire/environment.js';
import { plainScalar } from './plain.js';

/** Property sources as the service sees them. */
export function presentSources(sources: readonly WireSource[], policy: BigintPolicy): readonly PropertySource[] {
  const present = ({ value, origin }: WireProperty): PropertyValue =>
    Object.freeze({ value: plainScalar(value, policy), ...(origin === undefined ? {} : { origin }) });
  return Object.freeze(
    sources.map(({ name, properties }) =>
      Object.freeze({ name, properties: new Map(Array.from(properties, ([key, value]) => [key, present(value)])) }),
    ),
  );
}
