import type { Entry } from '../entries.js';
import type { Problem } from '../problems.js';
import type { FlatProperty } from './flat.js';

/** A translation that is being made. */
export interface Draft {
  readonly backend: 'git' | 'native';
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

export function startDraft(backend: Draft['backend']): Draft {
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

export function shown(property: FlatProperty): string {
  return `\`${property.shown ?? property.name}\``;
}

export function entryOf(property: FlatProperty): Entry {
  const { name, value, where } = property;
  return { name: property.shown ?? name, where, convert: true, value: value === null ? '' : String(value) };
}

export function layerOf(draft: Draft, property: FlatProperty): Map<string, Entry> {
  return property.where === environment ? draft.variables : draft.named;
}

export function note(draft: Draft, why: string, property: FlatProperty): void {
  draft.noticed.set(why, [...(draft.noticed.get(why) ?? []), shown(property)]);
}
