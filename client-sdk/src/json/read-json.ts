/**
 * A small JSON reader, because `JSON.parse` rounds integers past 2^53 and puts keys into plain objects.
 * It takes what `JSON.parse` takes, within bounds of depth and of the length of a number.
 */
import type { Cursor } from './cursor.js';
import { expectCharacter, skipBlanks, syntaxError, takeCharacter } from './cursor.js';
import type { JsonLimits, JsonObject, JsonValue } from './json-value.js';
import { readNumber } from './read-number.js';
import { readString } from './read-string.js';

export const jsonLimits: JsonLimits = { depth: 64, numberLength: 4096 };

/** Reads one JSON value; of equal keys the last wins. @throws CONFIG_ANSWER_INVALID with the place of the fault. */
export function readJson(text: string, limits: JsonLimits = jsonLimits): JsonValue {
  const cursor: Cursor = { text, limits, at: 0 };
  const value = readValue(cursor, 0);
  skipBlanks(cursor);
  if (cursor.at < text.length) throw syntaxError(cursor, 'text behind the value');
  return value;
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  skipBlanks(cursor);
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor, depth + 1);
    case '[':
      return readArray(cursor, depth + 1);
    case '"':
      return readString(cursor);
    case 't':
      return readWord(cursor, 'true', true);
    case 'f':
      return readWord(cursor, 'false', false);
    case 'n':
      return readWord(cursor, 'null', null);
    default:
      return readNumber(cursor);
  }
}

function readObject(cursor: Cursor, depth: number): JsonObject {
  const object: JsonObject = new Map();
  open(cursor, depth);
  if (takeCharacter(cursor, '}')) return object;
  do {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '"') throw syntaxError(cursor, 'expected a key in quotes');
    const key = readString(cursor);
    expectCharacter(cursor, ':');
    object.set(key, readValue(cursor, depth));
  } while (takeCharacter(cursor, ','));
  expectCharacter(cursor, '}');
  return object;
}

function readArray(cursor: Cursor, depth: number): JsonValue[] {
  const array: JsonValue[] = [];
  open(cursor, depth);
  if (takeCharacter(cursor, ']')) return array;
  do {
    array.push(readValue(cursor, depth));
  } while (takeCharacter(cursor, ','));
  expectCharacter(cursor, ']');
  return array;
}

function readWord<T extends boolean | null>(cursor: Cursor, word: string, value: T): T {
  if (!cursor.text.startsWith(word, cursor.at)) throw syntaxError(cursor, 'expected a value');
  cursor.at += word.length;
  return value;
}

function open(cursor: Cursor, depth: number): void {
  if (depth > cursor.limits.depth) throw syntaxError(cursor, `nesting deeper than ${cursor.limits.depth}`);
  cursor.at += 1;
}
