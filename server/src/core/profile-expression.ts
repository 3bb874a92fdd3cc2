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
  const parser = { tokens: tokenize(text), at: 0 };
  try {
    return parseSequence(parser, { depth: 0, inParentheses: false });
  } catch (error) {
    if (error instanceof SyntaxError) return { malformed: error.message };
    throw error;
  }
}

interface Parser {
  readonly tokens: readonly string[];
  at: number;
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
  while (parser.at < parser.tokens.length) {
    const token = parser.tokens[parser.at];
    if (token === '&' || token === '|') {
      parser.at += 1;
      setOperator(sequence, token);
    } else if (token === ')') {
      parser.at += 1;
      const merged = merge(sequence);
      if (context.inParentheses) return merged;
      Object.assign(sequence, { elements: [merged], operator: undefined });
    } else sequence.elements.push(parseOperand(parser, context.depth));
  }
  return merge(sequence);
}

function parseOperand(parser: Parser, depth: number): ProfileExpression {
  if (depth > deepestNesting) throw new SyntaxError(`is nested more than ${deepestNesting} deep`);
  const token = parser.tokens[parser.at];
  if (token === undefined || token === '&' || token === '|' || token === ')')
    throw new SyntaxError(`lacks a profile ${token === undefined ? 'at its end' : `before "${token}"`}`);
  parser.at += 1;
  if (token === '(') return parseSequence(parser, { depth: depth + 1, inParentheses: true });
  if (token !== '!') return (accepts) => accepts(token);
  const operand = parseOperand(parser, depth + 1);
  return (accepts) => !operand(accepts);
}

function setOperator(sequence: Sequence, operator: '&' | '|'): void {
  if (sequence.operator !== undefined && sequence.operator !== operator)
    throw new SyntaxError('mixes "&" and "|" without parentheses');
  sequence.operator = operator;
}

function merge({ elements, operator }: Sequence): ProfileExpression {
  const [first, ...others] = elements;
  if (first === undefined) throw new SyntaxError('has no profile');
  if (others.length === 0) return first;
  if (operator === '&') return (accepts) => elements.every((element) => element(accepts));
  return (accepts) => elements.some((element) => element(accepts));
}
