import type { YamlOutput } from './yaml-output.js';

export interface ScalarText {
  readonly text: string;
  /** The column of continuation lines. */
  readonly indent: number;
  /** Whether long lines are folded; keys are not. */
  readonly folds: boolean;
}

const width = 80;

export function writePlain(out: YamlOutput, { text, indent, folds }: ScalarText): void {
  out.writeSpaceIfNeeded();
  out.beginContent();
  for (const piece of text.split(/( +)/)) {
    if (piece === ' ' && folds && out.column > width) {
      out.writeIndent(indent);
      out.beginContent();
    } else {
      out.write(piece);
    }
  }
}

export function writeSingleQuoted(out: YamlOutput, { text, indent, folds }: ScalarText): void {
  out.writeIndicator("'", { spaced: true });
  let position = 0;
  for (const piece of text.split(/( +)/)) {
    const isInside = position > 0 && position + piece.length < text.length;
    if (piece === ' ' && folds && isInside && out.column > width) out.writeIndent(indent);
    else out.write(piece.replaceAll("'", "''"));
    position += piece.length;
  }
  out.writeIndicator("'");
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
  if (!isLineBreak(text.at(-1) ?? '')) out.writeLineBreak();
}

/** Indentation where the text begins with a blank, and what becomes of the line breaks at its end. */
function blockHints(text: string): string {
  const indentation = text.startsWith(' ') || isLineBreak(text.charAt(0)) ? '2' : '';
  if (!isLineBreak(text.at(-1) ?? '')) return `${indentation}-`;
  return text.length === 1 || isLineBreak(text.at(-2) ?? '') ? `${indentation}+` : indentation;
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
    const char = String.fromCodePoint(text.codePointAt(end) ?? 0);
    if (!/^[ !#-[\]-~]$/.test(char)) {
      out.write(text.slice(start, end) + (escapes.get(char) ?? char));
      end += char.length - 1;
      start = end + 1;
    }
    const isInside = end > 0 && end < text.length - 1;
    if (folds && isInside && (char === ' ' || start >= end) && out.column + (end - start) > width) {
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
