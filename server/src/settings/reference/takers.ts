import { settingsTree } from '../nodes.js';
import { entryOf, layerOf, namedEntry, note, shown } from './draft.js';
import type { Draft } from './draft.js';
import type { FlatProperty } from './flat.js';
import type { Entry } from '../entries.js';
import type { NamedSetting } from './named-setting.js';
import { namedSettings, noticedPrefixes, refusedPrefixes, silentPrefixes } from './names.js';

/** One way to take a property; false: not of this kind. */
export type Taker = (draft: Draft, uniform: string, property: FlatProperty) => boolean;

/** In the order in which they are tried. */
export const takers: readonly Taker[] = [
  takeOwn,
  takeNamed,
  takeSource,
  takeOverride,
  takeHealthCheck,
  takeSilent,
  takeRefused,
  takeMisplaced,
  takeNoticed,
];

const overrides = 'spring.cloud.config.server.overrides';

function takeOwn(draft: Draft, uniform: string, property: FlatProperty): boolean {
  if (!/^cairn[.[]/.test(uniform)) return uniform === 'cairn';
  draft.own.set(property.name.slice('cairn.'.length), entryOf(property));
  return true;
}

function takeNamed(draft: Draft, uniform: string, property: FlatProperty): boolean {
  const [, base = '', index = ''] = /^(.*?)((?:\[\d+\])*)$/.exec(uniform) ?? [];
  const isFile = property.shown?.endsWith('_FILE') === true;
  const setting = namedSettings.get(isFile ? base.replace(/\.?file$/, '') : base);
  if (setting === undefined) return false;
  const entry = namedEntry(setting, property);
  if (entry !== undefined) layerOf(draft, property).set(`${placeOf(setting, entry)}${isFile ? '-file' : index}`, entry);
  return true;
}

function placeOf({ to, pemTo = to }: NamedSetting, { value }: Entry): string {
  return /^\s*-----BEGIN /.test(String(value)) ? pemTo : to;
}

/** Kept until all that is said of the source has been read. */
function takeSource(draft: Draft, uniform: string, property: FlatProperty): boolean {
  const [, kind] = /^spring\.cloud\.config\.server\.(git|native|vault|composite)(?:[.[]|$)/.exec(uniform) ?? [];
  if (kind === undefined) return false;
  const below = (property.name.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []).slice(
    'spring.cloud.config.server.x'.split('.').length,
  );
  const { place, segments } = kind === 'composite' ? placeInList(below) : { place: kind, segments: below };
  // An empty list or section says nothing.
  if (segments.length === 0) return true;
  const properties = draft.sources.get(place) ?? [];
  properties.push({ segments, property });
  draft.sources.set(place, properties);
  return true;
}

/** A variable has no brackets around the index. */
function placeInList([index = '', ...segments]: readonly string[]): { place: string; segments: readonly string[] } {
  const digits = /^\[?(\d{1,4})\]?$/.exec(index)?.[1];
  return digits === undefined ? { place: '', segments: [] } : { place: `composite[${digits}]`, segments };
}

/** `overrides.list[0]` is served as `list.0`, and `overrides.[a/b]` as `a/b`, as the reference does. */
function takeOverride(draft: Draft, uniform: string, property: FlatProperty): boolean {
  if (!uniform.startsWith(overrides) || !/^[.[]/.test(uniform.slice(overrides.length))) return uniform === overrides;
  const key = property.name
    .slice(overrides.length)
    .replaceAll(/\.?\[([^\]]*)\]/g, '.$1')
    .replace(/^\./, '');
  layerOf(draft, property).set(`serving.overrides.${key}`, entryOf(property));
  return true;
}

function takeHealthCheck(draft: Draft, _uniform: string, property: FlatProperty): boolean {
  const pattern =
    /^spring\.cloud\.config\.server\.health\.repositories(?:\.([^.[]+)|\[([^\]]*)\])(?:\.(\w+)(\[\d+\])?)?$/i;
  const match = pattern.exec(property.name);
  if (match === null) return false;
  const key = match[1] ?? match[2] ?? '';
  const index = checkIndex(draft, key, property);
  const field = match[3]?.toLowerCase();
  const name = field === 'name' ? 'application' : field;
  if (name !== undefined) draft.named.set(`health.repositories[${index}].${name}${match[4] ?? ''}`, entryOf(property));
  return true;
}

/** The name of a check defaults to its key. */
function checkIndex(draft: Draft, key: string, property: FlatProperty): number {
  const known = draft.checks.indexOf(key);
  if (known !== -1) return known;
  draft.checks.push(key);
  const index = draft.checks.length - 1;
  draft.named.set(`health.repositories[${index}].application`, { ...entryOf(property), value: key });
  return index;
}

function takeSilent(_draft: Draft, uniform: string): boolean {
  return findPrefix(silentPrefixes, uniform) !== undefined;
}

function takeRefused(draft: Draft, uniform: string, property: FlatProperty): boolean {
  const prefix = findPrefix(refusedPrefixes.keys(), uniform);
  if (prefix === undefined) return false;
  if (uniform.endsWith('.enabled') && String(property.value) === 'false') return true;
  draft.problems.push({
    text: `${shown(property)} (${property.where}) is refused: ${String(refusedPrefixes.get(prefix))}`,
  });
  return true;
}

/** A section of ours at the top of a reference file would be lost. */
function takeMisplaced(draft: Draft, uniform: string, property: FlatProperty): boolean {
  const [section = ''] = property.name.split(/[.[]/);
  if (uniform.startsWith('server.') || !settingsTree.fields.has(section)) return false;
  draft.problems.push({
    text: `${shown(property)} (${property.where}) is a setting of Cairn: in a file with the reference's names it stands under \`cairn:\``,
  });
  return true;
}

function takeNoticed(draft: Draft, uniform: string, property: FlatProperty): boolean {
  const prefix = findPrefix(noticedPrefixes.keys(), uniform);
  if (prefix === undefined) return false;
  note(draft, noticedPrefixes.get(prefix) ?? '', property);
  return true;
}

function findPrefix(prefixes: Iterable<string>, uniform: string): string | undefined {
  for (const prefix of prefixes) {
    if (uniform === prefix || uniform.startsWith(`${prefix}.`) || uniform.startsWith(`${prefix}[`)) return prefix;
  }
  return undefined;
}
