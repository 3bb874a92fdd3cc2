/** What is touched of the lexer of `yaml` 2, which has no option for it. A later one without it is left as it is. */
export interface LexerState {
  readonly pos: number;
  /** The least indentation that a line has to have to continue a node. */
  indentNext: number;
  /** Where the line at `offset` continues a scalar; -1 where it does not. */
  continueScalar?: (offset: number) => number;
}

const quotes: ReadonlySet<string> = new Set(['"', "'"]);
const separator = /(?:---|\.\.\.)(?:[ \t\n]|$)/y;

/**
 * Lets quoted texts and `[]` and `{}` go on at any indentation, as SnakeYAML does: a certificate pasted into quotes, a
 * bracket that closes at the beginning of a line. The function returned has to see each lexeme before the next is read.
 */
export function ignoreFlowIndentation(lexer: LexerState, text: string): (lexeme: string) => void {
  const continueScalar = lexer.continueScalar?.bind(lexer);
  if (continueScalar === undefined) return () => undefined;
  lexer.continueScalar = (offset) =>
    quotes.has(text.charAt(lexer.pos)) ? continueQuoted(text, offset) : continueScalar(offset);
  let level = 0;
  let outside = 0;
  return (lexeme) => {
    if (lexeme === '[' || lexeme === '{') {
      if (level === 0) outside = lexer.indentNext;
      level += 1;
      lexer.indentNext = 0;
    } else if (level > 0 && (lexeme === ']' || lexeme === '}')) {
      level -= 1;
      if (level === 0) lexer.indentNext = outside;
    }
  };
}

function continueQuoted(text: string, offset: number): number {
  separator.lastIndex = offset;
  return separator.test(text) ? -1 : offset;
}
