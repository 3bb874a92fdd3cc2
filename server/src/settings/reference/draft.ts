import type { Entry } from '../entries.js';
import type { Problem } from '../problems.js';
import type { FlatProperty } from './flat.js';
import type { NamedSetting } from './named-setting.js';
import type { SourceProperty } from './sources.js';

/** A translation that is being made. */
export interface Draft {
  /** Active profiles. */
  readonly profiles: readonly string[];
  /** Properties of sources by place (`git`, `native`, `composite[2]`), until their types are known. */
  readonly sources: Map<string, SourceProperty[]>;
  /** Settings by the reference's names, by ours under `cairn:`, and by variables: lowest first. */
  readonly named: Map<string, Entry>;
  readonly own: Map<string, Entry>;
  readonly variables: Map<string, Entry>;
  /** Keys of health checks, in order. */
  readonly checks: string[];
  readonly problems: Problem[];
  readonly unsupported: string[];
  /** Why properties have no effect → which. */
  readonly noticed: Map<string, string[]>;
}

const environment = 'the environment';

export function startDraft(profiles: readonly string[]): Draft {
  return {
    profiles,
    sources: new Map(),
    named: new Map(),
    own: new Map(),
    variables: new Map(),
    checks: [],
    problems: [],
    unsupported: [],
    noticed: new Map(),
  };
}

export function shown(property: FlatProperty): string {
  return `\`${property.shown ?? property.name}\``;
}

export function entryOf(property: FlatProperty): Entry {
  const { name, value, where } = property;
  return { name: property.shown ?? name, where, convert: true, value: value === null ? '' : String(value) };
}

/** What `property` gives to `setting`; undefined: its default. */
export function namedEntry(setting: NamedSetting, property: FlatProperty): Entry | undefined {
  const entry = entryOf(property);
  if (setting.convert === undefined || typeof entry.value !== 'string') return entry;
  const value = setting.convert(entry.value);
  if (value === undefined) return undefined;
  return { ...entry, value, written: entry.value, ...(setting.taken === undefined ? {} : { taken: setting.taken }) };
}

export function layerOf(draft: Draft, property: FlatProperty): Map<string, Entry> {
  return property.where === environment ? draft.variables : draft.named;
}

export function note(draft: Draft, why: string, property: FlatProperty): void {
  draft.noticed.set(why, [...(draft.noticed.get(why) ?? []), shown(property)]);
}
