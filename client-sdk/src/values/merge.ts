/**
 * Merges property sources, highest precedence first, into one map, by the reference server's rules: a higher source
 * replaces a value, but the key stays where it was first inserted (from the lowest source up); an array comes whole
 * from the highest source that has any element of it, and arrays come after all other keys.
 */
export function mergeSources<V>(sources: readonly ReadonlyMap<string, V>[]): Map<string, V> {
  const merged = new Map<string, V>();
  const arrays = new Map<string, Map<string, V>>();
  for (const source of sources.toReversed()) {
    for (const [group, elements] of mergeOne(source, merged)) arrays.set(group, elements);
  }
  for (const elements of arrays.values()) {
    for (const [key, value] of elements) merged.set(key, value);
  }
  return merged;
}

/** Puts the plain keys of `source` into `merged` and returns its keys with a bracket, by the text before the first one. */
function mergeOne<V>(source: ReadonlyMap<string, V>, merged: Map<string, V>): Map<string, Map<string, V>> {
  const groups = new Map<string, Map<string, V>>();
  for (const [key, value] of source) {
    const bracket = key.indexOf('[');
    if (bracket === -1) {
      merged.set(key, value);
      continue;
    }
    const stem = key.slice(0, bracket);
    const group = groups.get(stem) ?? new Map<string, V>();
    groups.set(stem, group.set(key, value));
  }
  return groups;
}
