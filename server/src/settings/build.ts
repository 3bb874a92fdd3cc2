import { Float } from 'cairn-config-client/values';
import type { Scalar } from 'cairn-config-client/values';
import type { z } from 'zod';

import { SecretText } from '../core/secret-text.js';
import type { Entries, Entry } from './entries.js';
import type { SettingFacts } from './facts.js';
import { inheritSettings } from './inherit.js';
import { inheritVault } from './inherit-vault.js';
import { locate } from './locate.js';
import type { ListNode, SectionNode, SettingNode } from './nodes.js';
import { settingsTree } from './nodes.js';
import { notTaken, named } from './problems.js';
import type { Problem } from './problems.js';
import { settingsSchema } from './schema.js';
import type { Settings } from './schema.js';
import { securityProblems } from './security-check.js';
import { nameProblems, nameSources } from './source-names.js';
import { unknownSetting } from './unknown.js';

export interface Built {
  readonly settings: Settings | undefined;
  readonly problems: readonly Problem[];
}

type Values = Map<string, unknown>;

/** Settings from merged entries; everything that is wrong with them where they are not right. */
export function buildSettings(written: Entries): Built {
  const entries = inheritVault(inheritSettings(written));
  const problems: Problem[] = [];
  const values: Values = new Map();
  for (const [path, entry] of entries) place({ values, problems }, path, entry);
  const { data, error } = settingsSchema.safeParse(sectionInput(settingsTree, '', inputOf(values)));
  const settings = data === undefined ? undefined : nameSources(data);
  problems.push(...(error?.issues ?? []).map((issue) => issueProblem(issue, entries)));
  if (settings !== undefined) problems.push(...nameProblems(settings), ...securityProblems(settings));
  // One entry can be wrong in several places: what it sets, and what inherits it.
  const all = [...new Map(problems.map((problem) => [problem.text, problem])).values()];
  return { settings: all.length === 0 ? settings : undefined, problems: all };
}

/** Puts one entry's value under its setting's path, or says what is wrong with it. */
function place(into: { values: Values; problems: Problem[] }, path: string, entry: Entry): void {
  const location = locate(path);
  if (location.kind === 'unknown') return void into.problems.push(unknownSetting(location, entry));
  if (location.kind === 'file') return void into.problems.push(notTaken(entry, location.leaf.facts));
  if (location.kind === 'section') {
    if (entry.value === null || entry.value === '') return;
    return void into.problems.push({ text: `${named(entry)} takes a section with settings of its own, not one value` });
  }
  const { facts } = location.leaf;
  const value = valueFor(entry, facts, location.rest);
  if (value === undefined) return void into.problems.push(notTaken(entry, facts));
  if (facts.kind === 'value' && location.rest !== '') return void into.problems.push(notTaken(entry, facts));
  store(into.values, location, facts.kind, value);
}

function valueFor(entry: Entry, facts: SettingFacts, rest: string): unknown {
  if (facts.kind === 'map') return memberValue(entry);
  if (!entry.convert || typeof entry.value !== 'string') return plain(entry.value);
  return facts.kind === 'list' && rest !== '' ? entry.value : facts.fromText(entry.value);
}

function memberValue({ value, isDecrypted }: Entry): string | SecretText {
  const text = String(value ?? '');
  return isDecrypted === true ? new SecretText(text) : text;
}

function plain(value: Scalar): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Float) return value.value;
  return typeof value === 'object' && value !== null ? String(value) : value;
}

function store(values: Values, at: { root: string; rest: string }, kind: string, value: unknown): void {
  if (kind === 'value') values.set(at.root, value);
  else if (kind === 'map') values.set(at.root, withMember(values.get(at.root), at.rest, value));
  else if (at.rest === '') values.set(at.root, value === '' || value === null ? [] : value);
  else values.set(at.root, withElement(values.get(at.root), value));
}

function withElement(list: unknown, value: unknown): unknown[] {
  return [...(Array.isArray(list) ? (list as readonly unknown[]) : []), value];
}

function withMember(members: unknown, rest: string, value: unknown): Map<string, unknown> {
  const map = members instanceof Map ? (members as Map<string, unknown>) : new Map<string, unknown>();
  return rest === '' ? map : map.set(rest.replace(/^\./, ''), value);
}

/** Values, with the sections and list elements that they are in. */
interface Input {
  readonly values: Values;
  readonly parents: ReadonlySet<string>;
}

function inputOf(values: Values): Input {
  const parents = new Set<string>();
  for (const path of values.keys()) for (const { index } of path.matchAll(/[.[]/g)) parents.add(path.slice(0, index));
  return { values, parents };
}

/** What zod is given: every section there is, so that defaults within it apply. */
function sectionInput(section: SectionNode, path: string, input: Input): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, node] of section.fields) {
    const value = nodeInput(node, path === '' ? name : `${path}.${name}`, input);
    if (value !== undefined) object[name] = value;
  }
  return object;
}

function nodeInput(node: SettingNode, path: string, input: Input): unknown {
  if (node.kind === 'leaf') return input.values.get(path);
  return node.kind === 'list' ? listInput(node, path, input) : sectionInput(node, path, input);
}

function listInput(list: ListNode, path: string, input: Input): unknown[] {
  const elements: unknown[] = [];
  while (input.parents.has(`${path}[${elements.length}]`)) {
    elements.push(elementInput(list, `${path}[${elements.length}]`, input));
  }
  return elements;
}

function elementInput(list: ListNode, path: string, input: Input): Record<string, unknown> {
  const variant = list.variants.get(String(input.values.get(`${path}.type`)));
  const object = sectionInput(variant ?? list.element, path, input);
  if (variant === undefined) return object;
  // Settings of another variant are handed on, so that the strict schema refuses them.
  for (const [name, node] of list.element.fields) {
    const foreign = variant.fields.has(name) ? undefined : foreignInput(node, `${path}.${name}`, input);
    if (foreign !== undefined) object[name] = foreign;
  }
  return object;
}

function foreignInput(node: SettingNode, path: string, input: Input): unknown {
  return node.kind === 'leaf' || input.parents.has(path) ? nodeInput(node, path, input) : undefined;
}

function issueProblem(issue: z.core.$ZodIssue, entries: Entries): Problem {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') return foreignSettings(path, issue.keys, entries);
  const location = locate(path);
  if (location.kind !== 'leaf') return { text: tooMany(path, issue) };
  const entry = entries.get(path) ?? entries.get(location.root);
  return entry === undefined ? missing(path, location.leaf.facts) : notTaken(entry, location.leaf.facts);
}

/** Other unknown names were found before; these are of another variant. */
function foreignSettings(path: string, keys: readonly string[], entries: Entries): Problem {
  const type = String(entries.get(`${path}.type`)?.value);
  const names = keys.map((key) => `\`${entries.get(`${path}.${key}`)?.name ?? `${path}.${key}`}\``);
  return { text: `${names.join(', ')} is not a setting of a source of type ${type}` };
}

function tooMany(path: string, issue: z.core.$ZodIssue): string {
  if (issue.code !== 'too_big') return `\`${path}\`: ${issue.message}`;
  return `\`${path}\` has more than ${issue.maximum} elements`;
}

function missing(path: string, facts: SettingFacts): Problem {
  const reference = facts.reference?.[0] === undefined ? '' : ` (\`${facts.reference[0]}\`)`;
  return { text: `\`${path}\`${reference} is missing; it takes ${facts.taken}` };
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? String(segment) : `${text}.${String(segment)}`;
  }, '');
}
