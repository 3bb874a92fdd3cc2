import type { Property } from '../environment.js';
import { createBudget, type Budget } from './budget.js';
import { createMappings, type Mappings } from './mappings.js';
import {
  yamlTag,
  type ContentNode,
  type MappingNode,
  type ScalarNode,
  type SequenceNode,
  type YamlNode,
} from './nodes.js';
import { typedScalar, unknownTag } from './scalars.js';
import { invalidAt, type Source } from './source.js';

/** Where the properties of a YAML file are gathered. One for each file, so that its budget counts all documents. */
export interface Flattener {
  /**
   * The flat properties of a document, in order; undefined where it has no content.
   * @throws ConfigServerError CONFIG_FILE_INVALID
   */
  flatten(root: ContentNode): ReadonlyMap<string, Property> | undefined;
}

/** A flattener for the documents of `source`. */
export function createFlattener(source: Source): Flattener {
  const budget = createBudget(source.limits, (at, what) => invalidAt(source, at, what));
  return {
    flatten: (root) => {
      if (isNothing(source, root)) return undefined;
      const properties = new Map<string, Property>();
      const walk: Walk = { source, budget, mappings: createMappings(source, budget), properties };
      // A document that is no map has no key of its own.
      flattenNode(walk, root, isMap(root) ? '' : 'document', 1);
      return properties;
    },
  };
}

/** The reference skips a document whose value is null or an empty text, and does not count it. */
function isNothing(source: Source, root: ContentNode): boolean {
  if (root.kind === 'sequence') return root.items.length === 0 && root.tag === undefined;
  if (root.kind === 'mapping') return false;
  const value = typedScalar(source, root);
  return value === null || value === '';
}

function isMap({ kind, tag }: ContentNode): boolean {
  return kind === 'mapping' ? tag !== `${yamlTag}set` : tag === `${yamlTag}omap`;
}

interface Walk {
  readonly source: Source;
  readonly budget: Budget;
  readonly mappings: Mappings;
  readonly properties: Map<string, Property>;
}

function flattenNode(walk: Walk, node: YamlNode, path: string, depth: number): void {
  if (node.kind === 'alias') {
    walk.budget.expand(node.start);
    flattenNode(walk, node.target, path, depth);
    return;
  }
  walk.budget.spend(path.length + (node.kind === 'scalar' ? node.text.length : 0), node.start);
  if (node.kind === 'scalar') {
    flattenScalar(walk, node, path);
    return;
  }
  walk.budget.enter(depth, node.start);
  if (node.kind === 'sequence') flattenSequence(walk, node, path, depth);
  else flattenMapping(walk, node, path, depth);
}

function flattenScalar({ source, properties }: Walk, node: ScalarNode, path: string): void {
  const value = typedScalar(source, node) ?? '';
  properties.set(path, node.isSecret === true ? { value, secret: true } : { value, origin: originOf(source, node) });
}

function originOf(source: Source, node: ContentNode): string {
  const { line, column } = source.position(node.start);
  return `${line}:${column}`;
}

function flattenSequence(walk: Walk, node: SequenceNode, path: string, depth: number): void {
  if (node.tag === `${yamlTag}omap`) {
    flattenEntries(walk, walk.mappings.ordered(node), path, depth);
    return;
  }
  if (node.tag !== undefined && node.tag !== `${yamlTag}seq`) throw unknownTag(walk.source, node);
  if (node.items.length === 0) walk.properties.set(path, { value: '', origin: originOf(walk.source, node) });
  node.items.forEach((item, index) => {
    flattenNode(walk, item, joinKeys(path, `[${index}]`), depth + 1);
  });
}

function flattenMapping(walk: Walk, node: MappingNode, path: string, depth: number): void {
  if (node.tag === `${yamlTag}set`) {
    flattenSet(walk, node, path, depth);
    return;
  }
  if (node.tag !== undefined && node.tag !== `${yamlTag}map`) throw unknownTag(walk.source, node);
  flattenEntries(walk, walk.mappings.entries(node), path, depth);
}

function flattenEntries(walk: Walk, entries: ReadonlyMap<string, YamlNode>, path: string, depth: number): void {
  for (const [key, value] of entries) {
    flattenNode(walk, value, joinKeys(path, key), depth + 1);
  }
}

/** Members of a set are keys in the file, and so have no origin in the reference. */
function flattenSet(walk: Walk, node: MappingNode, path: string, depth: number): void {
  const members = walk.mappings.members(node);
  if (members.length === 0) walk.properties.set(path, { value: '' });
  members.forEach((member, index) => {
    const key = joinKeys(path, `[${index}]`);
    flattenNode(walk, member, key, depth + 1);
    const property = walk.properties.get(key);
    if (property !== undefined) walk.properties.set(key, { value: property.value });
  });
}

/** A path without visible characters is none, as in the reference; Java's idea of white space leaves out no-break ones. */
const blank = /^[\t-\r\u001C-\u0020\u1680\u2000-\u2006\u2008-\u200A\u2028\u2029\u205F\u3000]*$/;

/** The key of a member below the key of what it is in. */
export function joinKeys(path: string, key: string): string {
  if (blank.test(path)) return key;
  return key.startsWith('[') ? path + key : `${path}.${key}`;
}
