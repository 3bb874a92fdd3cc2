import type { Budget } from './budget.js';
import { readKey, type Key } from './keys.js';
import {
  yamlTag,
  type ContentNode,
  type MappingEntry,
  type MappingNode,
  type SequenceNode,
  type YamlNode,
} from './nodes.js';
import { invalidAt, type Source } from './source.js';

/** Entries of maps by their flattened key: duplicates refused, merge keys (`<<`) merged. */
export interface Mappings {
  /** @throws ConfigServerError CONFIG_FILE_INVALID */
  entries(mapping: MappingNode): ReadonlyMap<string, YamlNode>;
  /** The keys of a `!!set`. @throws ConfigServerError CONFIG_FILE_INVALID */
  members(set: MappingNode): readonly YamlNode[];
  /** The entries of an `!!omap`, a list of maps of one entry each. @throws ConfigServerError CONFIG_FILE_INVALID */
  ordered(list: SequenceNode): ReadonlyMap<string, YamlNode>;
}

/** A reader of the maps of one document. Maps have to be asked for in the document's order. */
export function createMappings(source: Source, budget: Budget): Mappings {
  const reader: MappingReader = { source, budget, read: new Map() };
  const byKey = new Map<MappingNode, ReadonlyMap<string, YamlNode>>();
  return {
    entries: (mapping) => {
      const known = byKey.get(mapping);
      if (known !== undefined) return known;
      const entries = new Map(readSlots(reader, mapping).map(({ key, entry }) => [key.text, entry.value]));
      byKey.set(mapping, entries);
      return entries;
    },
    members: (set) => readSlots(reader, set).map(({ entry }) => entry.key),
    ordered: (list) => new Map(list.items.map((item) => readPair(reader, item))),
  };
}

interface MappingReader {
  readonly source: Source;
  readonly budget: Budget;
  /** Maps that were read as a value, with what was merged into them. */
  readonly read: Map<MappingNode, readonly Slot[]>;
}

interface Slot {
  readonly key: Key;
  readonly entry: MappingEntry;
  /**
   * Out of a map that had not been read as a value before it was merged, an inline one mostly. The reference holds keys
   * of such maps to be others than equal keys of maps that were read, so that neither yields and the last one wins.
   */
  readonly unread: boolean;
}

function readSlots(reader: MappingReader, mapping: MappingNode): readonly Slot[] {
  const known = reader.read.get(mapping);
  if (known !== undefined) return known;
  const merge: Merge = { reader, slots: [], places: new Map() };
  mergeEntries(merge, mapping, true);
  reader.read.set(mapping, merge.slots);
  return merge.slots;
}

interface Merge {
  readonly reader: MappingReader;
  readonly slots: Slot[];
  /** Where the slot of a key is in `slots`. */
  readonly places: Map<string, number>;
}

/** Merge keys are merged where they stand; a map's own entries (`own`) take the place of what was merged before. */
function mergeEntries(merge: Merge, mapping: MappingNode, own: boolean): void {
  const { reader } = merge;
  const identities = new Set<string>();
  for (const entry of mapping.entries) {
    if (isMergeKey(entry.key)) {
      mergeSource(merge, entry.value);
      continue;
    }
    const key = readKey(reader, entry.key);
    if (identities.has(key.identity))
      throw invalidAt(reader.source, entry.key.start, 'a key is there twice in the same map');
    identities.add(key.identity);
    place(merge, { key, entry, unread: !own }, own);
  }
}

function isMergeKey(key: YamlNode): boolean {
  if (key.kind !== 'scalar') return false;
  return key.tag === undefined ? key.plain && key.text === '<<' : key.tag === `${yamlTag}merge`;
}

function place({ slots, places }: Merge, slot: Slot, own: boolean): void {
  const identity = `${slot.unread ? 'unread' : 'read'} ${slot.key.identity}`;
  const at = places.get(identity);
  if (at === undefined) places.set(identity, slots.push(slot) - 1);
  else if (own) slots[at] = slot;
}

function mergeSource(merge: Merge, value: YamlNode): void {
  const content = expand(merge.reader, value);
  if (content.kind === 'mapping') mergeMapping(merge, content);
  else if (content.kind === 'sequence') for (const item of content.items) mergeItem(merge, item);
  else throw notMergeable(merge, value);
}

function mergeItem(merge: Merge, item: YamlNode): void {
  const content = expand(merge.reader, item);
  if (content.kind !== 'mapping') throw notMergeable(merge, item);
  mergeMapping(merge, content);
}

function mergeMapping(merge: Merge, mapping: MappingNode): void {
  const known = merge.reader.read.get(mapping);
  if (known === undefined) mergeEntries(merge, mapping, false);
  for (const slot of known ?? []) {
    merge.reader.budget.spend(0, slot.entry.key.start);
    place(merge, slot, false);
  }
}

function notMergeable({ reader }: Merge, node: YamlNode): Error {
  return invalidAt(reader.source, node.start, 'only a map or a list of maps can be merged with <<');
}

function expand({ budget }: MappingReader, node: YamlNode): ContentNode {
  if (node.kind !== 'alias') return node;
  budget.expand(node.start);
  return node.target;
}

function readPair(reader: MappingReader, item: YamlNode): readonly [string, YamlNode] {
  const content = expand(reader, item);
  const [entry, ...more] = content.kind === 'mapping' ? content.entries : [];
  if (entry !== undefined && more.length === 0) return [readKey(reader, entry.key).text, entry.value];
  throw invalidAt(reader.source, item.start, 'an item of !!omap is not a map of one entry');
}
