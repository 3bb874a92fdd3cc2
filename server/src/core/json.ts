import { Float, type Scalar, type Tree } from 'cairn-config-client/values';

/**
 * The one place where JSON of configuration is written: compact, keys in their order, integers exact at any size,
 * floats as the reference server writes them (`1000.0`, `"NaN"`), instants in ISO 8601, bytes in Base64.
 */
export function writeJson(tree: Tree): string {
  if (tree instanceof Map) return writeJsonObject(tree, writeJson);
  return Array.isArray(tree) ? writeJsonArray(tree, writeJson) : writeJsonScalar(tree);
}

export function writeJsonScalar(value: Scalar): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Float && Number.isFinite(value.value)) return value.toString();
  return JSON.stringify(value.toString());
}

export function writeJsonObject<V>(entries: Iterable<readonly [string, V]>, write: (value: V) => string): string {
  let text = '';
  for (const [key, value] of entries) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${write(value)}`;
  return `{${text}}`;
}

export function writeJsonArray<V>(items: readonly V[], write: (value: V) => string): string {
  let text = '';
  for (const item of items) text += `${text === '' ? '' : ','}${write(item)}`;
  return `[${text}]`;
}
