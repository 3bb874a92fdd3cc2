import { quoteKey, ValuesError } from './errors.js';

/** One step of a key: into a map by name, or into a list by index. */
export type Segment = string | number;

/** What `parseKey` takes before it refuses a key. */
export interface KeyLimits {
  readonly maxIndex: number;
  readonly maxDepth: number;
}

/** A name up to the next delimiter, and where that is: `.`, the bracket of an index, or the key's end. */
interface Name {
  readonly text: string;
  readonly end: number;
}

const integer = /^[+-]?\d+$/;
// Longer texts are no index; the bound keeps a key with many brackets from being read again and again.
const longestIndex = 20;

/** Takes `a.b[0].c` apart: `['a', 'b', 0, 'c']`. A bracket around anything but an integer is part of the name. */
export function parseKey(key: string, limits: KeyLimits): Segment[] {
  const segments: Segment[] = [];
  let position = 0;
  for (;;) {
    const name = readName(key, position);
    segments.push(name.text);
    position = name.end;
    while (key.charAt(position) === '[') {
      const close = key.indexOf(']', position);
      segments.push(readIndex(key, position, close, limits));
      position = close + 1;
    }
    if (segments.length > limits.maxDepth) throw refusal(key, `it nests deeper than ${limits.maxDepth} levels`);
    if (position >= key.length) return segments;
    if (key.charAt(position) !== '.') throw refusal(key, 'there is text behind a list index');
    position += 1;
  }
}

function readName(key: string, start: number): Name {
  let open = -1;
  for (let i = start; i < key.length; i += 1) {
    const char = key.charAt(i);
    if (char === '.') return delimited(key, start, i);
    if (char === '[') open = i;
    else if (char === ']' && open !== -1 && isInteger(key, open + 1, i)) return delimited(key, start, open);
  }
  return { text: key.slice(start), end: key.length };
}

function isInteger(key: string, start: number, end: number): boolean {
  return end - start <= longestIndex && integer.test(key.slice(start, end));
}

function delimited(key: string, start: number, end: number): Name {
  if (end === start)
    throw refusal(key, key.charAt(end) === '[' ? 'a list index has no name before it' : 'a name in it is empty');
  return { text: key.slice(start, end), end };
}

function readIndex(key: string, open: number, close: number, limits: KeyLimits): number {
  const text = close === -1 ? '' : key.slice(open + 1, close);
  if (!/^\d+$/.test(text)) throw refusal(key, 'a list index is not a number');
  const index = Number(text);
  if (index > limits.maxIndex) throw refusal(key, `a list index is past the limit of ${limits.maxIndex}`);
  return index;
}

/** The error for a key that has no place in a tree. */
export function refusal(key: string, reason: string): ValuesError {
  return new ValuesError('CONFIG_KEYS_NOT_NESTABLE', `The key ${quoteKey(key)} cannot be nested: ${reason}.`);
}
