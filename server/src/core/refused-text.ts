import { ConfigServerError } from './errors.js';

/** A part of a request that names something in a source. */
export type QueryPart = 'application' | 'profile' | 'label' | 'path';

const longestShownValue = 80;

/** Refuses a part of a request: which part, with which value, and what would be taken. */
export function refuse(part: QueryPart, value: string, problem: string): never {
  throw new ConfigServerError('CONFIG_NAME_INVALID', `The ${part} ${show(value)} ${problem}.`);
}

function show(value: string): string {
  const shown = value.length > longestShownValue ? `${value.slice(0, longestShownValue)}…` : value;
  return JSON.stringify(shown);
}

/**
 * The text after one more percent-decoding, where it has escapes: the reference looks for traversal in both
 * (CVE-2019-3799, CVE-2020-5410). Malformed escapes are text.
 */
export function decodedAgain(text: string): string | undefined {
  if (!text.includes('%')) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The first reason for which no name, label or path is taken, as it continues "The label "x" …"; undefined: none. */
export function traversalProblem(text: string): string | undefined {
  if (text.includes('..')) return 'has ".."; names and paths cannot leave their folder';
  if (text.includes('#')) return 'has "#"; it would be taken without';
  if (text.includes('\\')) return 'has a backslash; "/" (in a segment written "(_)") would be taken';
  if (/\p{Cc}/u.test(text)) return 'has a control character; printable text would be taken';
  if (/^(\(_\)|\/)/.test(text)) return 'begins with "(_)" or "/"; it would be taken without';
  return undefined;
}
