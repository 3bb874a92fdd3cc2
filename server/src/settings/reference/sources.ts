import type { Entry } from '../entries.js';
import { entryOf, layerOf, namedEntry, note, shown } from './draft.js';
import type { Draft } from './draft.js';
import { chooseSources } from './choose-sources.js';
import type { ChosenSource } from './choose-sources.js';
import type { FlatProperty } from './flat.js';
import type { NamedSetting } from './named-setting.js';
import { squeezed, uniformName } from './relaxed.js';
import { referencesTable, repositoryTable, sourceTables } from './source-properties.js';
import type { PropertyTable } from './source-properties.js';

/** Handled before the properties of a source are looked up. */
const ofTheSource = new Set(['type', 'order']);

/** Writes the sources that the reference would have as `sources[0]`, `sources[1]`, in their order. */
export function placeSources(draft: Draft): void {
  const chosen = chooseSources(draft);
  for (const [at, source] of chosen.entries()) placeSource(draft, source, `sources[${at}]`);
  if (draft.profiles.includes('vault')) placeReferences(draft);
  const places = new Set(chosen.map(({ place }) => place));
  for (const [place, properties] of draft.sources) if (!places.has(place)) noteUnused(draft, place, properties);
}

/** In the reference server the profile `vault` turns them on, too. */
function placeReferences(draft: Draft): void {
  for (const one of draft.sources.get('vault') ?? [])
    if (findSetting(referencesTable, one) !== undefined)
      placeProperty(draft, { path: '', table: referencesTable }, one);
}

function noteUnused(draft: Draft, place: string, properties: readonly SourceProperty[]): void {
  const backend = place.replace(/\[.*$/, '');
  const chosen = draft.profiles.filter((profile) => ['git', 'native', 'vault', 'composite'].includes(profile));
  const choice = chosen.length === 0 ? 'git' : chosen.join(' and ');
  const why = `it belongs to the backend ${backend}, and \`spring.profiles.active\` chooses ${choice}`;
  for (const { property } of properties) note(draft, why, property);
}

/** A property of a source, and its name below the source: `['search-paths', '[0]']`. */
export interface SourceProperty {
  readonly segments: readonly string[];
  readonly property: FlatProperty;
}

interface Section {
  readonly path: string;
  readonly table: PropertyTable;
}

function placeSource(draft: Draft, { type, typeEntry, properties }: ChosenSource, path: string): void {
  draft.named.set(`${path}.type`, typeEntry);
  const section: Section = { path, table: sourceTables[type] };
  const repositories = createRepositories(draft, path);
  for (const one of properties) {
    const [first = '', key, ...rest] = one.segments;
    if (type === 'git' && uniformName(first) === 'repos') {
      if (key !== undefined) repositories.place(key, { ...one, segments: rest });
    } else if (!ofTheSource.has(uniformName(first))) placeProperty(draft, section, one);
  }
}

function placeProperty(draft: Draft, { path, table }: Section, one: SourceProperty): void {
  const { property } = one;
  const { base, index, isFile } = nameOf(one);
  const setting = findSetting(table, one);
  const notice = table.notices.get(base);
  if (setting !== undefined) {
    const entry = namedEntry(setting, property);
    const target = setting.isGlobal === true ? setting.to : `${path}.${setting.to}`;
    if (entry !== undefined) layerOf(draft, property).set(`${target}${isFile ? '-file' : index}`, entry);
  } else if (notice !== undefined) note(draft, notice, property);
  else draft.unsupported.push(shown(property));
}

function findSetting(table: PropertyTable, one: SourceProperty): NamedSetting | undefined {
  return table.settings.get(nameOf(one).base);
}

interface PropertyName {
  /** Uniform, without its index. */
  readonly base: string;
  readonly index: string;
  /** Whether it names a file with the value. */
  readonly isFile: boolean;
}

function nameOf({ segments, property }: SourceProperty): PropertyName {
  const [, name = '', index = ''] = /^(.*?)((?:\[\d+\])*)$/.exec(joined(segments)) ?? [];
  const isFile = property.shown?.endsWith('_FILE') === true;
  return { base: uniformName(isFile ? name.replace(/\.?file$/i, '') : name), index, isFile };
}

function joined(segments: readonly string[]): string {
  return segments
    .reduce((name, segment) => (segment.startsWith('[') ? name + segment : `${name}.${segment}`), '')
    .replace(/^\./, '');
}

interface Repositories {
  place(key: string, property: SourceProperty): void;
}

/** `repos` is a map in the order of the file; its keys keep their spelling. */
function createRepositories(draft: Draft, source: string): Repositories {
  const paths = new Map<string, string>();
  const withoutPattern = new Set<string>();
  const add = (key: string, property: FlatProperty): string => {
    const path = `${source}.repositories[${paths.size}]`;
    paths.set(key, path);
    withoutPattern.add(path);
    const name: Entry = { ...entryOf(property), value: key, convert: false };
    draft.named.set(`${path}.name`, name).set(`${path}.pattern[0]`, name);
    return path;
  };
  const find = (key: string, property: FlatProperty): string | undefined => {
    if (property.shown === undefined) return paths.get(key);
    return [...paths].find(([known]) => squeezed(known) === squeezed(key))?.[1];
  };
  return {
    place(written, one) {
      const key = written.replace(/^\[(.*)\]$/, '$1');
      const path = find(key, one.property) ?? add(key, one.property);
      const segments = one.segments.length === 0 ? ['uri'] : one.segments;
      if (uniformName(segments[0] ?? '') === 'pattern' && withoutPattern.delete(path))
        draft.named.delete(`${path}.pattern[0]`);
      placeProperty(draft, { path, table: repositoryTable }, { ...one, segments });
    },
  };
}
