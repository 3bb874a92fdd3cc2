import type { LeafNode, ListNode, SectionNode, SettingNode } from './nodes.js';
import { settingsTree } from './nodes.js';

/** Where a dotted name leads in the schema. */
export type Location =
  | { readonly kind: 'leaf'; readonly leaf: LeafNode; readonly root: string; readonly rest: string }
  | { readonly kind: 'file'; readonly leaf: LeafNode; readonly root: string }
  | { readonly kind: 'section'; readonly node: SectionNode | ListNode }
  | { readonly kind: 'unknown'; readonly parent: string; readonly name: string; readonly known: readonly string[] };

interface Step {
  readonly node: SettingNode;
  readonly path: string;
  readonly rest: string;
}

/**
 * Follows `sources[0].search-paths[1]` from the root of the schema. `root` is the setting's own path, `rest` what follows it:
 * a list index, the key of a map, or nothing.
 */
export function locate(path: string): Location {
  let step: Step = { node: settingsTree, path: '', rest: path };
  for (;;) {
    const { node } = step;
    if (node.kind === 'leaf') return { kind: 'leaf', leaf: node, root: step.path, rest: step.rest };
    if (step.rest === '') return { kind: 'section', node };
    const next = node.kind === 'list' ? intoElement(node, step) : intoField(node, step);
    if (!('rest' in next) || 'kind' in next) return next;
    step = next;
  }
}

function intoElement(node: ListNode, step: Step): Step | Location {
  const index = /^\[(\d{1,4})\]/.exec(step.rest)?.[0];
  if (index === undefined) return { kind: 'unknown', parent: step.path, name: step.rest, known: ['[0]'] };
  return { node: node.element, path: step.path + index, rest: step.rest.slice(index.length) };
}

function intoField(node: SectionNode, step: Step): Step | Location {
  const [whole = '', name = ''] = /^\.?([^.[\]]*)/.exec(step.rest) ?? [];
  const path = step.path === '' ? name : `${step.path}.${name}`;
  const rest = step.rest.slice(whole.length);
  const field = node.fields.get(name);
  if (field !== undefined) return { node: field, path, rest };
  return intoFile(node, name, step, rest) ?? unknownField(node, step, name);
}

/** `password-file` gives `password` by a file; any setting can be given so. */
function intoFile(node: SectionNode, name: string, step: Step, rest: string): Location | undefined {
  if (!name.endsWith('-file') || rest !== '') return undefined;
  const base = name.slice(0, -'-file'.length);
  const leaf = node.fields.get(base);
  if (leaf?.kind !== 'leaf' || leaf.facts.kind === 'map') return undefined;
  return { kind: 'file', leaf, root: step.path === '' ? base : `${step.path}.${base}` };
}

function unknownField(node: SectionNode, step: Step, name: string): Location {
  return { kind: 'unknown', parent: step.path, name: name === '' ? step.rest : name, known: [...node.fields.keys()] };
}
