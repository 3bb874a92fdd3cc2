import type { Property, PropertySource } from './environment.js';

/** What becomes of a property: it is left out, or its value is `***`; undefined: it stays. */
export type WithheldKey = 'hide' | 'mask' | undefined;

/** What stands in the place of a masked value, in every form of an answer. */
export const maskedValue = '***';

export interface Withholding {
  readonly sources: readonly PropertySource[];
  /** How many keys were withheld; one that stands in several sources counts once. */
  readonly keys: number;
}

/** `sources` as they are shown to who may not see every key. */
export function withholdKeys(sources: readonly PropertySource[], of: (key: string) => WithheldKey): Withholding {
  const withheld = new Set<string>();
  const shown = sources.map(({ name, properties }) => {
    const kept = new Map<string, Property>();
    for (const [key, property] of properties) {
      const what = of(key);
      if (what !== undefined) withheld.add(key);
      if (what !== 'hide') kept.set(key, what === 'mask' ? { ...property, value: maskedValue } : property);
    }
    return { name, properties: kept };
  });
  return { sources: shown, keys: withheld.size };
}
