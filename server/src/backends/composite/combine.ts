import { createHash } from 'node:crypto';
import { createByteCache } from '../../core/byte-cache.js';
import type { PropertySource } from '../../core/environment.js';
import type { Resolution } from '../backend.js';
import { contentCost } from '../resolve-snapshot.js';
import type { Content } from '../resolve-snapshot.js';
import type { Outcome } from './outcomes.js';

/** Combines what parts found, of `count` that there are. Equal parts give the same object again. */
export type Combine = (found: readonly Outcome<Resolution, 'found'>[], count: number) => Resolution;

export function createCombine(cacheBytes: number): Combine {
  const contents = createByteCache<string, Content>(cacheBytes / 2);
  const resolutions = createByteCache<string, Resolution>(cacheBytes / 2);

  const contentOf = (parts: readonly Resolution[]): Content => {
    const contentId = createHash('sha256')
      .update(parts.map((part) => part.contentId).join('\n'))
      .digest('hex');
    const known = contents.get(contentId);
    if (known !== undefined) return known;
    const content = { contentId, sources: parts.flatMap(({ sources }): readonly PropertySource[] => sources) };
    contents.set(contentId, content, contentCost(content));
    return content;
  };

  return (found, count) => {
    const [only] = found;
    // As in the reference, one source alone keeps its version; one that is left of several does not.
    if (count === 1 && only !== undefined) return only.value;
    const parts = found.map(({ value }) => value);
    const stale = parts.find((part) => part.stale !== undefined)?.stale;
    const versions = found.map(({ part, value }) => ({ name: part.name, version: value.version }));
    const content = contentOf(parts);
    const key = JSON.stringify([content.contentId, versions, stale ?? null]);
    const known = resolutions.get(key);
    if (known?.sources === content.sources) return known;
    const resolution = { ...content, version: null, state: null, versions, ...(stale && { stale }) };
    resolutions.set(key, resolution, 500 + 2 * key.length);
    return resolution;
  };
}
