import type { Cursor } from './cursor.js';
import { syntaxError } from './cursor.js';

const quote = 0x22;
const backslash = 0x5c;
const escapes = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }),
);

/** Reads a string; the cursor stands on its opening quote. */
export function readString(cursor: Cursor): string {
  cursor.at += 1;
  let result = '';
  for (;;) {
    result += readPlainRun(cursor);
    const code = cursor.text.charCodeAt(cursor.at);
    if (code === quote) break;
    if (code !== backslash) throw syntaxError(cursor, 'a string is not closed or holds a control character');
    result += readEscape(cursor);
  }
  cursor.at += 1;
  return result;
}

// A loop and not a regular expression: V8 keeps a backtracking entry a character, which overflows on long strings.
function readPlainRun(cursor: Cursor): string {
  const start = cursor.at;
  for (; cursor.at < cursor.text.length; cursor.at += 1) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code === quote || code === backslash || code < 0x20) break;
  }
  return cursor.text.slice(start, cursor.at);
}

function readEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.at + 1] ?? '';
  if (letter === 'u') return readUnicodeEscape(cursor);
  const character = escapes.get(letter);
  if (character === undefined) throw syntaxError(cursor, 'an unknown escape');
  cursor.at += 2;
  return character;
}

function readUnicodeEscape(cursor: Cursor): string {
  const digits = cursor.text.slice(cursor.at + 2, cursor.at + 6);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw syntaxError(cursor, 'an escape without four hexadecimal digits');
  cursor.at += 6;
  return String.fromCharCode(Number.parseInt(digits, 16));
}
