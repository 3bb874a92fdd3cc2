import { isPlainObject } from './freeze.js';

/**
 * What stands at `key` in a tree; undefined where nothing does. Dots and `[n]` lead down; a name that itself holds dots or
 * brackets (`map[/path/**]`) is found too: at each level the longest name is tried first.
 */
export function lookUp(tree: unknown, key: string): unknown {
  return key === '' ? undefined : follow(tree, key);
}

function follow(node: unknown, rest: string): unknown {
  if (rest === '') return node;
  if (Array.isArray(node)) return followIndex(node, rest);
  return isPlainObject(node) ? followName(node, rest) : undefined;
}

function followIndex(list: readonly unknown[], rest: string): unknown {
  const form = /^\[(\d{1,9})\](?:\.(?=.)|(?=\[)|$)/.exec(rest);
  return form === null ? undefined : follow(list[Number(form[1])], rest.slice(form[0].length));
}

function followName(node: object, rest: string): unknown {
  for (let end = rest.length; end > 0; end = lastDelimiter(rest, end)) {
    const below = rest.slice(rest[end] === '.' ? end + 1 : end);
    if (below === '' && end < rest.length) continue;
    const member = ownMember(node, rest.slice(0, end));
    const found = member === undefined ? undefined : follow(member, below);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lastDelimiter(text: string, before: number): number {
  return Math.max(text.lastIndexOf('.', before - 1), text.lastIndexOf('[', before - 1));
}

function ownMember(node: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(node, name)?.value;
}
