import { createByteCache } from '../core/byte-cache.js';
import { canonicalText } from '../core/canonical.js';
import type { PropertySource } from '../core/environment.js';
import { withholdKeys } from '../core/withhold.js';
import { digestFor, type Fingerprint } from '../environments/digest.js';
import type { ServedEnvironment } from '../environments/environments.js';
import type { Withheld } from '../security/withheld.js';

/** Environments without what is withheld. Whatever is made of a view (renditions, placeholders, digest) has nothing of it. */
export interface Views {
  of(served: ServedEnvironment, withheld: Withheld | null): ServedEnvironment;
}

interface Shown {
  readonly sources: readonly PropertySource[];
  readonly keys: number;
  readonly digest: string;
  readonly contentId: string;
}

export function createViews(fingerprint: Fingerprint, cacheBytes: number): Views {
  const kept = createByteCache<string, Shown>(cacheBytes);
  const shownOf = ({ environment, contentId }: ServedEnvironment, withheld: Withheld): Shown => {
    const key = `${contentId}\n${withheld.id}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const { sources, keys } = withholdKeys(environment.propertySources, (name) => withheld.of(name));
    const text = canonicalText(sources);
    const shown = { sources, keys, digest: fingerprint(text), contentId: `${contentId} ${withheld.id}` };
    kept.set(key, shown, key.length + text.length);
    return shown;
  };
  return {
    of(served, withheld) {
      if (withheld === null) return served;
      const { sources, keys, digest, contentId } = shownOf(served, withheld);
      if (keys === 0) return served;
      const environment = { ...served.environment, propertySources: sources };
      const ownDigest = digestFor(served.caller, digest, fingerprint);
      return { ...served, environment, digest: ownDigest, contentId, withheldKeys: keys };
    },
  };
}
