import { ConfigClientError } from '../errors.js';
import { formatDuration, parseDuration } from './duration.js';
import { nearest } from './nearest.js';

/** The error of an option that is wrong: which, and what would be taken. */
export function optionsError(what: string): ConfigClientError {
  return new ConfigClientError('CONFIG_OPTIONS_INVALID', what);
}

/** `value` as an object with no other members than `known`. */
export function checkMembers(
  name: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw optionsError(`${name} must be an object, not ${kindOf(value)}.`);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const hint = near === undefined ? `It takes ${known.join(', ')}.` : `Did you mean '${near}'?`;
    throw optionsError(`${name} has no option '${key}'. ${hint}`);
  }
  return value;
}

export interface DurationRange {
  readonly least: number;
  readonly most: number;
}

/** `value` in milliseconds, within the range. */
export function checkDuration(name: string, value: unknown, { least, most }: DurationRange): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined) {
    throw optionsError(
      `${name} must be a number of milliseconds or a text such as '250ms', '5s' or '1m', not ${quote(value)}.`,
    );
  }
  if (milliseconds < least || milliseconds > most) {
    throw optionsError(
      `${name} must be from ${formatDuration(least)} to ${formatDuration(most)}, not ${quote(value)}.`,
    );
  }
  return milliseconds;
}

/** `value` as a list of texts; a text alone is taken apart at its commas. */
export function checkTexts(name: string, value: unknown): readonly string[] {
  const list: unknown = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  if (!Array.isArray(list) || list.length === 0) throw optionsError(`${name} must be a text or a list of texts.`);
  return list.map((entry: unknown, index) => {
    if (typeof entry === 'string' && entry !== '') return entry;
    throw optionsError(`${name}[${index}] must be a text that is not empty, not ${quote(entry)}.`);
  });
}

/** A name of the query, which becomes part of the path: the server's own rules, told before it is asked. */
export function checkName(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw optionsError(`${name} must be a text that is not empty, not ${quote(value)}.`);
  }
  if (/\.\.|[#\\\p{Cc}]/u.test(value) || /^(?:[-./]|\(_\))/.test(value)) {
    throw optionsError(
      `${name} ${quote(value)} holds '..', '#', '\\' or a control character, or begins with '-', '.', '/' or '(_)'.`,
    );
  }
  return value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A short text of a value for a message. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
