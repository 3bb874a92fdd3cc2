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

/** A source over `text`, whose line breaks are `\n`. Its lines are only counted when a position is asked for. */
export function createSource(file: string, text: string, limits: DocumentLimits): Source {
  let places: Places | undefined;
  return {
    file,
    text,
    limits,
    position: (offset) => {
      places ??= {
        lines: [0, ...Array.from(text.matchAll(lineBreak), ({ index }) => index + 1)],
        pairs: Array.from(text.matchAll(astral), ({ index }) => index + 1),
      };
      return positionIn(places, offset);
    },
  };
}

interface Places {
  /** Offsets at which lines begin. */
  readonly lines: readonly number[];
  /** Offsets of the second halves of characters that are two UTF-16 units. */
  readonly pairs: readonly number[];
}

function positionIn({ lines, pairs }: Places, offset: number): Position {
  const line = countUpTo(lines, offset);
  const start = Number(lines[line - 1]);
  const surplus = pairs.length === 0 ? 0 : countUpTo(pairs, offset) - countUpTo(pairs, start);
  return { line, column: offset - start - surplus + 1 };
}

/** How many of the sorted `offsets` are at most `limit`. */
function countUpTo(offsets: readonly number[], limit: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(offsets[middle]) <= limit) low = middle + 1;
    else high = middle;
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
