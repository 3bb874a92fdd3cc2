import { lineBreaks } from './scalar-node.js';

/** In which styles a text can stand so that a parser reads the same text again: SnakeYAML's `ScalarAnalysis`. */
export interface ScalarAnalysis {
  readonly isMultiline: boolean;
  readonly allowsPlain: boolean;
  readonly allowsSingleQuoted: boolean;
  readonly allowsLiteral: boolean;
}

const emptyText: ScalarAnalysis = {
  isMultiline: false,
  allowsPlain: true,
  allowsSingleQuoted: true,
  allowsLiteral: false,
};
const ordinaryText: ScalarAnalysis = {
  isMultiline: false,
  allowsPlain: true,
  allowsSingleQuoted: true,
  allowsLiteral: true,
};

const ordinary = /^[A-Za-z][A-Za-z0-9_./@-]*$/;
const special = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const blankAtEdge = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/;
const breakThenSpace = /[\n\x85\u2028\u2029] /;
const spaceThenBreak = / [\n\x85\u2028\u2029]/;
const leadingZeroNumber = /^0[0-9_]+$/;
// What begins something else in block context: document markers, indicators, `: `, ` #`.
const indicator = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?-](?: |$))|:(?: |$)| #/;

export function analyzeScalar(text: string): ScalarAnalysis {
  if (text === '') return emptyText;
  if (ordinary.test(text)) return ordinaryText;
  const needsEscapes = special.test(text) || spaceThenBreak.test(text);
  const allowsSingleQuoted = !needsEscapes && !breakThenSpace.test(text);
  const isPlain = !blankAtEdge.test(text) && !leadingZeroNumber.test(text) && !indicator.test(text);
  return {
    isMultiline: lineBreaks.test(text),
    allowsPlain: allowsSingleQuoted && isPlain,
    allowsSingleQuoted,
    allowsLiteral: !needsEscapes && !text.endsWith(' '),
  };
}
