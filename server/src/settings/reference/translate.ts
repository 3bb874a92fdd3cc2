import { mergeEntries } from '../entries.js';
import type { Entry } from '../entries.js';
import { settingsTree } from '../nodes.js';
import type { Problem } from '../problems.js';
import type { FlatFile, FlatProperty } from './flat.js';
import { namedSettings, noticedPrefixes, otherBackends, refusedPrefixes, silentPrefixes } from './names.js';
import type { NamedSetting } from './names.js';

/** What a file with the reference's names comes to in our settings. */
export interface Translation {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly problems: readonly Problem[];
  /** What has no effect here, for the log. */
  readonly notices: readonly string[];
}

interface Draft {
  readonly backend: 'git' | 'native';
  readonly named: Map<string, Entry>;
  readonly own: Map<string, Entry>;
  readonly variables: Map<string, Entry>;
  readonly checks: string[];
  readonly problems: Problem[];
  readonly unsupported: string[];
  readonly noticed: Map<string, string[]>;
}

/** One way to take a property; false: not of this kind. */
type Taker = (draft: Draft, uniform: string, property: FlatProperty) => boolean;

const takers: readonly Taker[] = [
  takeOwn,
  takeNamed,
  takeOverride,
  takeHealthCheck,
  takeSilent,
  takeRefused,
  takeMisplaced,
  takeNoticed,
];

const environment = 'the environment';
const overrides = 'spring.cloud.config.server.overrides';

/** Translates properties, placeholders resolved, for servers whose active profiles are `profiles`. */
export function translate(file: FlatFile, profiles: readonly string[]): Translation {
  const draft = startDraft(profiles.includes('native') ? 'native' : 'git');
  draft.problems.push(...profileProblems(profiles));
  for (const [uniform, property] of file) {
    if (!takers.some((take) => take(draft, uniform, property))) draft.unsupported.push(shown(property));
  }
  addType(draft);
  return {
    entries: mergeEntries([draft.named, draft.own, draft.variables]),
    problems: draft.problems,
    notices: notices(draft),
  };
}

function profileProblems(profiles: readonly string[]): Problem[] {
  const problems = profiles
    .filter((profile) => otherBackends.has(profile))
    .map((profile) => ({
      text: `The active profile \`${profile}\` chooses a backend that is not supported; git and native are`,
    }));
  if (!profiles.includes('git') || !profiles.includes('native')) return problems;
  return [
    ...problems,
    { text: 'The active profiles choose both git and native; several sources are not supported yet' },
  ];
}

function startDraft(backend: Draft['backend']): Draft {
  return {
    backend,
    named: new Map(),
    own: new Map(),
    variables: new Map(),
    checks: [],
    problems: [],
    unsupported: [],
    noticed: new Map(),
  };
}

function shown(property: FlatProperty): string {
  return `\`${property.shown ?? property.name}\``;
}

function entryOf(property: FlatProperty): Entry {
  const { name, value, where } = property;
  return { name: property.shown ?? name, where, convert: true, value: value === null ? '' : String(value) };
}

function layerOf(draft: Draft, property: FlatProperty): Map<string, Entry> {
  return property.where === environment ? draft.variables : draft.named;
}

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
  if (setting.backend !== undefined && setting.backend !== draft.backend)
    return noticeBackend(draft, setting, property);
  const entry = namedEntry(setting, property);
  if (entry !== undefined) layerOf(draft, property).set(`${setting.to}${isFile ? '-file' : index}`, entry);
  return true;
}

function noticeBackend(draft: Draft, setting: NamedSetting, property: FlatProperty): boolean {
  const why = `it belongs to the backend ${String(setting.backend)}, and \`spring.profiles.active\` chooses ${draft.backend}`;
  note(draft, why, property);
  return true;
}

function namedEntry(setting: NamedSetting, property: FlatProperty): Entry | undefined {
  const entry = entryOf(property);
  if (setting.convert === undefined || typeof entry.value !== 'string') return entry;
  const value = setting.convert(entry.value);
  if (value === undefined) return undefined;
  return { ...entry, value, written: entry.value, ...(setting.taken === undefined ? {} : { taken: setting.taken }) };
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

function note(draft: Draft, why: string, property: FlatProperty): void {
  draft.noticed.set(why, [...(draft.noticed.get(why) ?? []), shown(property)]);
}

function findPrefix(prefixes: Iterable<string>, uniform: string): string | undefined {
  for (const prefix of prefixes) {
    if (uniform === prefix || uniform.startsWith(`${prefix}.`) || uniform.startsWith(`${prefix}[`)) return prefix;
  }
  return undefined;
}

/** The reference has one source, whose type its active profiles choose. */
function addType(draft: Draft): void {
  const first = [...draft.named, ...draft.variables].find(([path]) => path.startsWith('sources[0].'));
  if (first === undefined) return;
  draft.named.set('sources[0].type', { ...first[1], value: draft.backend });
}

function notices(draft: Draft): string[] {
  const told = [...draft.noticed].map(([why, names]) => `${names.join(', ')}: ${why}`);
  if (draft.unsupported.length === 0) return told;
  return [...told, `not supported, without effect: ${draft.unsupported.join(', ')}`];
}
