import { parseKey, refusal, type Segment } from './key-segments.js';
import type { FlatProperties, Tree, TreeList, TreeMap } from './tree.js';

export interface UnflattenOptions {
  /** The highest list index taken; 10,000 unless given. */
  readonly maxIndex?: number;
}

// Deeper trees could not be written as YAML that is read again, and each level costs an indent a line.
const maxDepth = 100;
// All gaps of one tree together: a few short keys must not make lists of millions of nulls.
const maxGaps = 100_000;

/**
 * Nests flat properties: `a.b[0].c` becomes a map in a list in a map, gaps in lists become null. A scalar that stands
 * where a map is needed stays, and its name goes before the leaf's: `a=1, a.b=2` gives `{a: 1, "a.b": 2}`.
 * Throws `CONFIG_KEYS_NOT_NESTABLE`, naming the key, for a key that has no place in a tree.
 */
export function unflatten(flat: FlatProperties, options?: UnflattenOptions): TreeMap;
export function unflatten<L>(flat: FlatProperties<L>, options?: UnflattenOptions): TreeMap<L>;
export function unflatten<L>(flat: FlatProperties<L>, options: UnflattenOptions = {}): TreeMap<L> {
  const root: TreeMap<L> = new Map();
  const limits = { maxIndex: options.maxIndex ?? 10_000, maxDepth };
  const gaps = { left: maxGaps };
  for (const [key, value] of flat) {
    place(root, { key, segments: parseKey(key, limits), value, gaps });
  }
  return root;
}

interface Placement<L> {
  readonly key: string;
  readonly segments: readonly Segment[];
  readonly value: L;
  readonly gaps: { left: number };
}

function place<L>(root: TreeMap<L>, placement: Placement<L>): void {
  const { segments } = placement;
  let node: TreeMap<L> | TreeList<L> = root;
  let prefix = '';
  for (let i = 0; i < segments.length - 1; i += 1) {
    const segment: Segment = segments[i] ?? '';
    const isList = typeof segments[i + 1] === 'number';
    if (node instanceof Map && !isList && isOccupied(node.get(String(segment)))) {
      prefix = `${segment}.`;
    } else {
      node = descend(node, segment, isList, placement);
    }
  }
  const leaf: Segment = segments.at(-1) ?? '';
  if (node instanceof Map) node.set(prefix + String(leaf), placement.value);
  else setElement(node, Number(leaf), placement.value, placement);
}

/** Whether something other than a map stands where a map is wanted: then the walker stays and keeps the name as a prefix. */
function isOccupied(child: unknown): boolean {
  return child !== undefined && child !== null && !(child instanceof Map);
}

function descend<L>(
  node: TreeMap<L> | TreeList<L>,
  segment: Segment,
  isList: boolean,
  placement: Placement<L>,
): TreeMap<L> | TreeList<L> {
  const child = node instanceof Map ? node.get(String(segment)) : node[Number(segment)];
  if (child === undefined || child === null) {
    const made: TreeMap<L> | TreeList<L> = isList ? [] : new Map<string, Tree<L>>();
    if (node instanceof Map) node.set(String(segment), made);
    else setElement(node, Number(segment), made, placement);
    return made;
  }
  if (isList ? Array.isArray(child) : child instanceof Map) return child as TreeMap<L> | TreeList<L>;
  throw refusal(placement.key, `another key has put ${nameOf(child)} where it needs a ${isList ? 'list' : 'map'}`);
}

function setElement<L>(list: TreeList<L>, index: number, value: Tree<L>, placement: Placement<L>): void {
  placement.gaps.left -= Math.max(0, index - list.length);
  if (placement.gaps.left < 0) throw refusal(placement.key, 'lists have too many gaps before it');
  while (list.length < index) list.push(null);
  list[index] = value;
}

function nameOf(tree: unknown): string {
  if (Array.isArray(tree)) return 'a list';
  return tree instanceof Map ? 'a map' : 'a value';
}
