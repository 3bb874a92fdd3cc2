import type { Entry } from '../entries.js';
import { entryOf, shown } from './draft.js';
import type { Draft } from './draft.js';
import { uniformName } from './relaxed.js';
import { sourceTables } from './source-properties.js';
import type { SourceType } from './source-properties.js';
import type { SourceProperty } from './sources.js';

/** A source that the active profiles choose. */
export interface ChosenSource {
  /** `git`, `native` or `composite[2]`. */
  readonly place: string;
  readonly type: SourceType;
  readonly typeEntry: Entry;
  readonly properties: readonly SourceProperty[];
}

interface Ordered extends ChosenSource {
  readonly order: number;
}

/** Where two have the same order, native comes first in the reference, too. */
const singleTypes: readonly SourceType[] = ['native', 'git', 'vault'];

/** In order of precedence: by `order`, entries of a composite by their position, single types last. */
export function chooseSources(draft: Draft): readonly ChosenSource[] {
  const sources = [...compositeSources(draft), ...singleSources(draft)];
  return sources.toSorted((left, right) => (left.order < right.order ? -1 : left.order > right.order ? 1 : 0));
}

function compositeSources(draft: Draft): Ordered[] {
  if (!draft.profiles.includes('composite')) return [];
  const places = [...draft.sources.keys()].filter((place) => place.startsWith('composite['));
  const indexOf = (place: string): number => Number(place.slice('composite['.length, -1));
  return places
    .toSorted((left, right) => indexOf(left) - indexOf(right))
    .flatMap((place) => compositeSource(draft, place, indexOf(place) + 1));
}

function compositeSource(draft: Draft, place: string, position: number): Ordered[] {
  const properties = draft.sources.get(place) ?? [];
  const named = valueOf(properties, 'type');
  const type = String(named?.property.value ?? '')
    .trim()
    .toLowerCase();
  if (named !== undefined && isSourceType(type)) {
    const typeEntry = { ...entryOf(named.property), value: type };
    return [{ place, type, typeEntry, properties, order: orderOf(draft, properties, position) }];
  }
  const name = `spring.cloud.config.server.${place}.type`;
  const text =
    named === undefined
      ? `\`${name}\` is missing; it takes git, native or vault`
      : `${shown(named.property)} (${named.property.where}) is refused: the backend ${JSON.stringify(type)} is not supported; git, native and vault are`;
  draft.problems.push({ text });
  return [];
}

function isSourceType(type: string): type is SourceType {
  return Object.hasOwn(sourceTables, type);
}

function singleSources(draft: Draft): Ordered[] {
  const { profiles } = draft;
  const choosing = ['git', 'native', 'vault', 'composite'].filter((profile) => profiles.includes(profile));
  const types = singleTypes.filter((type) => profiles.includes(type) || (type === 'git' && choosing.length === 0));
  return types.flatMap((type) => {
    const properties = draft.sources.get(type) ?? [];
    const [first] = properties;
    // A single source that nothing is said of is none at all; only Vault has a default for everything.
    if (first === undefined && type !== 'vault' && choosing.length < 2) return [];
    const typeEntry = first === undefined ? profileEntry(type) : { ...entryOf(first.property), value: type };
    return [{ place: type, type, typeEntry, properties, order: orderOf(draft, properties, Infinity) }];
  });
}

function profileEntry(type: SourceType): Entry {
  return { name: 'spring.profiles.active', where: 'the active profiles', convert: true, value: type };
}

function orderOf(draft: Draft, properties: readonly SourceProperty[], fallback: number): number {
  const written = valueOf(properties, 'order');
  if (written === undefined) return fallback;
  const text = String(written.property.value ?? '').trim();
  if (/^[+-]?\d{1,10}$/.test(text)) return Number(text);
  const { where } = written.property;
  draft.problems.push({
    text: `${shown(written.property)} (${where}) takes a whole number, not ${JSON.stringify(text)}`,
  });
  return fallback;
}

function valueOf(properties: readonly SourceProperty[], name: string): SourceProperty | undefined {
  return properties.findLast(({ segments }) => segments.length === 1 && uniformName(segments[0] ?? '') === name);
}
