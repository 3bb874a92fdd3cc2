import { Float } from '../values/index.js';
import type { Cursor } from './cursor.js';
import { syntaxError } from './cursor.js';

const numberForm = /^-?(?:0|[1-9][0-9]*)(?<fraction>\.[0-9]+)?(?<exponent>[eE][+-]?[0-9]+)?$/;

/** Reads a number: without fraction and exponent it is an integer and stays exact, else it is a `Float`. */
export function readNumber(cursor: Cursor): bigint | Float {
  const end = endOfNumber(cursor);
  if (end - cursor.at > cursor.limits.numberLength) {
    throw syntaxError(cursor, `a number of more than ${cursor.limits.numberLength} characters`);
  }
  const text = cursor.text.slice(cursor.at, end);
  const form = numberForm.exec(text);
  if (form === null) throw syntaxError(cursor, 'expected a value');
  cursor.at = end;
  const isInteger = form.groups?.['fraction'] === undefined && form.groups?.['exponent'] === undefined;
  return isInteger ? BigInt(text) : new Float(Number(text));
}

function endOfNumber(cursor: Cursor): number {
  let end = cursor.at;
  while (end < cursor.text.length && isNumberPart(cursor.text.charCodeAt(end))) end += 1;
  return end;
}

function isNumberPart(code: number): boolean {
  const isDigit = code >= 0x30 && code <= 0x39;
  return isDigit || code === 0x2d || code === 0x2b || code === 0x2e || code === 0x65 || code === 0x45;
}
