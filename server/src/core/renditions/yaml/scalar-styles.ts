import type { YamlOutput } from './yaml-output.js';

export interface ScalarText {
  readonly text: string;
  /** The column of continuation lines. */
  readonly indent: number;
  /** Whether long lines are folded; keys are not. */
  readonly folds: boolean;
}

const width = 80;

export function writePlain(out: YamlOutput, scalar: ScalarText): void {
  out.writeSpaceIfNeeded();
  out.beginContent();
  writeFolding(out, scalar);
}

export function writeSingleQuoted(out: YamlOutput, scalar: ScalarText): void {
  out.writeIndicator("'", { spaced: true });
  writeFolding(out, { ...scalar, text: scalar.text.replaceAll("'", "''") });
  out.writeIndicator("'");
}

/** Writes `text` with a line break in the place of each single space that stands past the width. */
function writeFolding(out: YamlOutput, { text, indent, folds }: ScalarText): void {
  let start = 0;
  for (;;) {
    const space = folds ? findSingleSpace(text, start + Math.max(0, width + 1 - out.column)) : -1;
    if (space === -1) break;
    out.write(text.slice(start, space));
    out.writeIndent(indent);
    out.beginContent();
    start = space + 1;
  }
  out.write(text.slice(start));
}

/** The first space from `from` on that stands between two other characters; -1 where there is none. */
function findSingleSpace(text: string, from: number): number {
  let space = text.indexOf(' ', Math.max(1, from));
  while (space !== -1 && space < text.length - 1) {
    if (text.charAt(space - 1) !== ' ' && text.charAt(space + 1) !== ' ') return space;
    space = text.indexOf(' ', space + 1);
  }
  return -1;
}

export function writeLiteral(out: YamlOutput, { text, indent }: ScalarText): void {
  out.writeIndicator(`|${blockHints(text)}`, { spaced: true });
  out.writeLineBreak();
  for (const [run] of text.matchAll(/[\n\x85\u2028\u2029]+|[^\n\x85\u2028\u2029]+/g)) {
    if (isLineBreak(run.charAt(0))) {
      for (const lineBreak of run) out.writeLineBreak(lineBreak);
    } else {
      out.writeIndent(indent);
      out.write(run);
    }
  }
  if (!isLineBreak(text.slice(-1))) out.writeLineBreak();
}

/** Indentation where the text begins with a blank, and what becomes of the line breaks at its end. */
function blockHints(text: string): string {
  const indentation = text.startsWith(' ') || isLineBreak(text.charAt(0)) ? '2' : '';
  if (!isLineBreak(text.slice(-1))) return `${indentation}-`;
  return text.length === 1 || isLineBreak(text.slice(-2, -1)) ? `${indentation}+` : indentation;
}

function isLineBreak(char: string): boolean {
  return char === '\n' || char === '\x85' || char === '\u2028' || char === '\u2029';
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\x1b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x85', '\\N'],
  ['\xa0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

export function writeDoubleQuoted(out: YamlOutput, { text, indent, folds }: ScalarText): void {
  out.writeIndicator('"', { spaced: true });
  let start = 0;
  for (let end = 0; end < text.length; end += 1) {
    const code = Number(text.codePointAt(end));
    if (!isOrdinary(code)) {
      const char = String.fromCodePoint(code);
      out.write(text.slice(start, end) + (escapes.get(char) ?? char));
      end += char.length - 1;
      start = end + 1;
    }
    const isInside = end > 0 && end < text.length - 1;
    if (folds && isInside && (code === 0x20 || start >= end) && out.column + (end - start) > width) {
      out.write(`${text.slice(start, end)}\\`);
      start = Math.max(start, end);
      out.writeIndent(indent);
      out.beginContent();
      if (text.charAt(start) === ' ') out.write('\\');
    }
  }
  out.write(text.slice(start));
  out.writeIndicator('"');
}

/** Whether a character stands between double quotes as it is: ASCII from the space on, but for `"` and the backslash. */
function isOrdinary(code: number): boolean {
  return code >= 0x20 && code <= 0x7e && code !== 0x22 && code !== 0x5c;
}
