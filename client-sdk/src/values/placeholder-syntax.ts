import { ValuesError } from './errors.js';

/** `${key}` or `${key:fallback}`, each with placeholders of its own inside. */
export interface Placeholder {
  /** The text between the braces, where it has no placeholder inside: tried as a key before it is split. */
  readonly whole: string | undefined;
  readonly key: readonly Part[];
  readonly fallback: readonly Part[] | undefined;
}

export type Part = string | Placeholder;

/** How deep placeholders may stand in each other, in one text or from value to value. */
export const maxPlaceholderDepth = 100;

const maxPlaceholders = 100_000;

/** Splits `text` into literal parts and placeholders; what is unclosed or escaped (`\${`, `\\${`) is literal. */
export function parsePlaceholders(text: string): readonly Part[] {
  return parseRange({ text, closers: matchBraces(text), depth: 0 }, 0, text.length);
}

/** `parts` as they are written, for messages; defaults are left out, which may hold values. */
export function writtenText(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : `\${${writtenText(part.key)}}`)).join('');
}

interface Source {
  readonly text: string;
  /** Position of an opening brace → position of the brace that closes it. */
  readonly closers: ReadonlyMap<number, number>;
  readonly depth: number;
}

function matchBraces(text: string): Map<number, number> {
  const closers = new Map<number, number>();
  const open: number[] = [];
  for (const { index } of text.matchAll(/[{}]/g)) {
    if (text.charAt(index) === '{') {
      open.push(index);
      continue;
    }
    const opener = open.pop();
    if (opener !== undefined && text.charAt(opener - 1) === '$') closers.set(opener, index);
    if (closers.size > maxPlaceholders) {
      throw new ValuesError('CONFIG_TOO_LARGE', `There are more than ${maxPlaceholders} placeholders in one text.`);
    }
  }
  return closers;
}

function parseRange(source: Source, start: number, end: number): Part[] {
  const { text, closers } = source;
  const parts: Part[] = [];
  let literal = '';
  let position = start;
  for (let at = text.indexOf('${', start); at !== -1 && at < end; at = text.indexOf('${', position)) {
    const escapes = countEscapes(text, position, at);
    const close = closers.get(at + 1);
    if (escapes > 0 || close === undefined) {
      literal += `${text.slice(position, at - escapes)}\${`;
      position = at + 2;
      continue;
    }
    literal += text.slice(position, at);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(parsePlaceholder(source, at + 2, close));
    position = close + 1;
  }
  literal += text.slice(position, end);
  if (literal !== '') parts.push(literal);
  return parts;
}

/** How many backslashes (two at most) stand directly before `at`. */
function countEscapes(text: string, from: number, at: number): number {
  if (at - 1 < from || text.charAt(at - 1) !== '\\') return 0;
  return at - 2 >= from && text.charAt(at - 2) === '\\' ? 2 : 1;
}

function parsePlaceholder(source: Source, start: number, end: number): Placeholder {
  const depth = source.depth + 1;
  if (depth > maxPlaceholderDepth) {
    throw new ValuesError(
      'CONFIG_TOO_LARGE',
      `Placeholders stand deeper than ${maxPlaceholderDepth} levels in each other.`,
    );
  }
  const parts = parseRange({ ...source, depth }, start, end);
  const isSimple = parts.length === 0 || (parts.length === 1 && typeof parts[0] === 'string');
  return { whole: isSimple ? source.text.slice(start, end) : undefined, ...splitAtSeparator(parts) };
}

/** Splits at the first colon without a backslash before it. */
function splitAtSeparator(parts: readonly Part[]): Pick<Placeholder, 'key' | 'fallback'> {
  const key: Part[] = [];
  for (const [i, part] of parts.entries()) {
    const colon = typeof part === 'string' ? part.search(/(?<!\\):/) : -1;
    if (typeof part !== 'string' || colon === -1) {
      key.push(unescapeColons(part));
      continue;
    }
    key.push(unescapeColons(part.slice(0, colon)));
    return { key, fallback: [part.slice(colon + 1), ...parts.slice(i + 1)] };
  }
  return { key, fallback: undefined };
}

function unescapeColons(part: Part): Part {
  return typeof part === 'string' ? part.replaceAll('\\:', ':') : part;
}
