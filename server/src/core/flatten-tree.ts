import type { Tree, TreeMap } from 'cairn-config-client/values';
import { joinKeys } from './documents/flatten.js';
import type { Property } from './environment.js';

/** The flat properties of a tree that is no file, by the rules for YAML: null is an empty text, an empty map is nothing. */
export function flattenTree(tree: TreeMap): ReadonlyMap<string, Property> {
  const properties = new Map<string, Property>();
  const walk = (node: Tree, path: string): void => {
    if (node instanceof Map) for (const [key, value] of node) walk(value, joinKeys(path, key));
    else if (!Array.isArray(node)) properties.set(path, { value: node ?? '' });
    else if (node.length === 0) properties.set(path, { value: '' });
    else for (const [index, item] of node.entries()) walk(item, joinKeys(path, `[${index}]`));
  };
  walk(tree, '');
  return properties;
}
