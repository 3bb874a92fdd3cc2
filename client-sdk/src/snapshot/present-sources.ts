import type { PropertySource, PropertyValue } from '../config.js';
import { printAs } from '../platform/inspect.js';
import type { WireProperty, WireSource } from '../wire/environment.js';
import { present, type Presentation } from './present.js';

/** Property sources as the service sees them. */
export function presentSources(sources: readonly WireSource[], presentation: Presentation): readonly PropertySource[] {
  return Object.freeze(
    sources.map(({ name, properties }) =>
      Object.freeze({
        name,
        properties: new Map(
          Array.from(properties, ([key, property]) => [
            key,
            presentProperty(property, present(property, presentation)),
          ]),
        ),
      }),
    ),
  );
}

function presentProperty({ origin, secret }: WireProperty, value: unknown): PropertyValue {
  const place = origin === undefined ? {} : { origin };
  return Object.freeze(secret === true ? new SecretProperty(value, place) : { value, ...place });
}

interface Place {
  readonly origin?: string;
}

/** Has its value, and does not show it where it is printed. */
class SecretProperty implements PropertyValue {
  static {
    printAs(this.prototype, (property) => property.toJSON());
  }

  readonly value: unknown;
  declare readonly origin?: string;
  readonly secret = true;

  constructor(value: unknown, place: Place) {
    this.value = value;
    Object.assign(this, place);
  }

  toJSON(): PropertyValue {
    const { origin, secret } = this;
    return { value: '***', ...(origin === undefined ? {} : { origin }), secret };
  }
}
