import type { Tree } from 'cairn-config-client/values';

/** `tree` with maps as arrays of entries, so that a deep comparison sees the order of keys too. */
export function plainTree(tree: Tree): unknown {
  if (tree instanceof Map) return { map: [...tree].map(([key, value]) => [key, plainTree(value)]) };
  return Array.isArray(tree) ? tree.map(plainTree) : tree;
}
