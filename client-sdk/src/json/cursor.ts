import { ConfigClientError } from '../errors.js';
import type { JsonLimits } from './json-value.js';

/** Where the reader stands in the text. */
export interface Cursor {
  readonly text: string;
  readonly limits: JsonLimits;
  at: number;
}

/** The error at the cursor. It tells the place and never the text, which may hold secrets. */
export function syntaxError(cursor: Cursor, what: string): ConfigClientError {
  const place = cursor.at >= cursor.text.length ? 'at its end' : `at character ${cursor.at + 1}`;
  return new ConfigClientError('CONFIG_ANSWER_INVALID', `The answer is not valid JSON: ${what} ${place}.`);
}

export function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.text.charCodeAt(cursor.at))) cursor.at += 1;
}

/** Moves past `character`, which must be next behind any blanks. */
export function expectCharacter(cursor: Cursor, character: string): void {
  if (!takeCharacter(cursor, character)) throw syntaxError(cursor, `expected '${character}'`);
}

/** Moves past `character` if it is next behind any blanks, and tells whether it was. */
export function takeCharacter(cursor: Cursor, character: string): boolean {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at += 1;
  return true;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
