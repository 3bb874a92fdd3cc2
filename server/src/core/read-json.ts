import { Float, type Tree } from 'cairn-config-client/values';

// A text without its end is one token too, so that nothing within it is taken for a number.
const token = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const integer = /^-?\d+$/;

/**
 * Reads JSON of others: integers exact at any size, keys in their order, `__proto__` a key like any other. Undefined where
 * it is none, or nested deeper than `deepest`: what the text was must not get into an error.
 */
export function readJson(text: string, deepest = 64): Tree | undefined {
  try {
    // Node 20 does not show a reviver how a number was written, so texts and numbers are marked before it looks.
    return treeOf(JSON.parse(text.replace(token, marked)), deepest);
  } catch {
    return undefined;
  }
}

function marked(found: string): string {
  return found.startsWith('"') ? `"s${found.slice(1)}` : `"n${found}"`;
}

function treeOf(value: unknown, levels: number): Tree {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.startsWith('s') ? value.slice(1) : numberOf(value.slice(1));
  if (levels === 0) throw new RangeError('too deep');
  if (Array.isArray(value)) return value.map((item) => treeOf(item, levels - 1));
  const entries = Object.entries(value as object).map(([key, member]): [string, Tree] => [
    keyOf(key),
    treeOf(member, levels - 1),
  ]);
  return new Map(entries);
}

function numberOf(written: string): Tree {
  return integer.test(written) ? BigInt(written) : new Float(Number(written));
}

function keyOf(key: string): string {
  if (!key.startsWith('s')) throw new SyntaxError('a number as a key');
  return key.slice(1);
}
