/** Whether a profile is accepted. */
export type AcceptsProfile = (profile: string) => boolean;
/** A compiled `spring.config.activate.on-profile` expression. */
export type ProfileExpression = (accepts: AcceptsProfile) => boolean;

/** Why an expression is malformed; callers know the file and make it CONFIG_FILE_INVALID. */
export interface MalformedExpression {
  readonly malformed: string;
}

const deepestNesting = 100;

/**
 * Compiles `!`, `&`, `|` and parentheses over profile names. As in the reference, `&` and `|` are not mixed without
 * parentheses, elements without an operator between them are alternatives, and a missing parenthesis at either end is let pass.
 */
export function parseProfileExpression(text: string): ProfileExpression | MalformedExpression {
  const parser: Parser = { tokens: tokenize(text), at: 0, problem: undefined };
  const expression = parseSequence(parser, { depth: 0, inParentheses: false });
  return parser.problem === undefined ? expression : { malformed: parser.problem };
}

interface Parser {
  readonly tokens: readonly string[];
  at: number;
  /** The first thing that is wrong; then nothing more is read. */
  problem: string | undefined;
}

interface Context {
  readonly depth: number;
  readonly inParentheses: boolean;
}

interface Sequence {
  elements: ProfileExpression[];
  operator: '&' | '|' | undefined;
}

function tokenize(text: string): readonly string[] {
  return text
    .split(/([()&|!])/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

function parseSequence(parser: Parser, context: Context): ProfileExpression {
  const sequence: Sequence = { elements: [], operator: undefined };
  for (let token = peek(parser); token !== undefined; token = peek(parser)) {
    if (token === '&' || token === '|') setOperator(parser, sequence, token);
    else if (token === ')') {
      parser.at += 1;
      const merged = merge(parser, sequence);
      if (context.inParentheses) return merged;
      Object.assign(sequence, { elements: [merged], operator: undefined });
    } else sequence.elements.push(parseOperand(parser, context.depth));
  }
  return merge(parser, sequence);
}

function parseOperand(parser: Parser, depth: number): ProfileExpression {
  const token = peek(parser);
  if (depth > deepestNesting) return fail(parser, `is nested more than ${deepestNesting} deep`);
  if (token === undefined) return fail(parser, 'lacks a profile at its end');
  if (token === '&' || token === '|' || token === ')') return fail(parser, `lacks a profile before "${token}"`);
  parser.at += 1;
  if (token === '(') return parseSequence(parser, { depth: depth + 1, inParentheses: true });
  if (token !== '!') return (accepts) => accepts(token);
  const operand = parseOperand(parser, depth + 1);
  return (accepts) => !operand(accepts);
}

function setOperator(parser: Parser, sequence: Sequence, operator: '&' | '|'): void {
  parser.at += 1;
  if (sequence.operator !== undefined && sequence.operator !== operator)
    fail(parser, 'mixes "&" and "|" without parentheses');
  sequence.operator = operator;
}

function merge(parser: Parser, { elements, operator }: Sequence): ProfileExpression {
  const [first, ...others] = elements;
  if (first === undefined) return fail(parser, 'has no profile');
  if (others.length === 0) return first;
  if (operator === '&') return (accepts) => elements.every((element) => element(accepts));
  return (accepts) => elements.some((element) => element(accepts));
}

function peek({ tokens, at }: Parser): string | undefined {
  return tokens[at];
}

const never: ProfileExpression = () => false;

function fail(parser: Parser, problem: string): ProfileExpression {
  parser.problem ??= problem;
  parser.at = parser.tokens.length;
  return never;
}
