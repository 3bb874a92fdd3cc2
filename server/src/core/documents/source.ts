import { ConfigServerError } from '../errors.js';
import type { DocumentLimits } from './limits.js';

/** Line and column, both from 1; a column counts characters, not UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The text of a file and where each offset of it lies. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly limits: DocumentLimits;
  position(offset: number): Position;
}

const lineBreak = /[\n\u2028\u2029]/gu;
const astral = /[\u{10000}-\u{10FFFF}]/gu;

/** A source over `text`, whose line breaks are `\n`. Lines are only counted when a position is asked for. */
export function createSource(file: string, text: string, limits: DocumentLimits): Source {
  let starts: readonly number[] | undefined;
  return {
    file,
    text,
    limits,
    position: (offset) => {
      starts ??= [0, ...Array.from(text.matchAll(lineBreak), (match) => match.index + 1)];
      const line = lineAt(starts, offset);
      const before = text.slice(starts[line], offset);
      return { line: line + 1, column: before.length - (before.match(astral)?.length ?? 0) + 1 };
    },
  };
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The error for a file that cannot be taken; `what` never quotes text of the file, which may be a secret. */
export function invalidFile(file: string, what: string, position?: Position): ConfigServerError {
  const place = position === undefined ? '' : ` at line ${position.line}, column ${position.column}`;
  return new ConfigServerError('CONFIG_FILE_INVALID', `${file} cannot be read${place}: ${what}`, {
    position: { file, ...position },
  });
}

/** As `invalidFile`, at an offset of `source`. */
export function invalidAt(source: Source, offset: number, what: string): ConfigServerError {
  return invalidFile(source.file, what, source.position(Math.min(offset, source.text.length)));
}
