import { ConfigServerError } from '../../errors.js';

/** How an indicator (`-`, `:`, a quote, a tag) sits between its neighbours. */
interface IndicatorOptions {
  /** Whether a space must stand before it. */
  readonly spaced?: boolean;
  /** Whether it counts as indentation, so that what follows may begin on the same line. */
  readonly indents?: boolean;
}

/** YAML text as it grows, with what the rules need to know of the last character written. */
export class YamlOutput {
  text = '';
  column = 0;
  /** Nothing but indentation, `-`, `?` and `:` has been written on this line. */
  isIndentation = true;
  #isBlank = true;
  readonly #maxLength: number;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  write(text: string): void {
    this.text += text;
    this.column += text.length;
  }

  writeIndicator(indicator: string, { spaced = false, indents = false }: IndicatorOptions = {}): void {
    this.write(spaced && !this.#isBlank ? ` ${indicator}` : indicator);
    this.#isBlank = false;
    this.isIndentation = this.isIndentation && indents;
  }

  /** Goes to column `indent`, on a new line unless this one has only indentation up to there. */
  writeIndent(indent: number): void {
    const isPast = this.column > indent || (this.column === indent && !this.#isBlank);
    if (!this.isIndentation || isPast) this.writeLineBreak();
    if (indent <= this.column) return;
    this.#isBlank = true;
    this.write(' '.repeat(indent - this.column));
  }

  writeLineBreak(lineBreak = '\n'): void {
    if (this.text.length > this.#maxLength) {
      const limit = `the limit is ${this.#maxLength} characters; deep keys cost an indentation a level`;
      throw new ConfigServerError('CONFIG_TOO_LARGE', `The environment as YAML is too large (${limit}).`);
    }
    this.text += lineBreak;
    this.column = 0;
    this.#isBlank = true;
    this.isIndentation = true;
  }

  /** A scalar's text begins or goes on here: what comes next is no longer at the line's beginning. */
  beginContent(): void {
    this.#isBlank = false;
    this.isIndentation = false;
  }

  writeSpaceIfNeeded(): void {
    if (!this.#isBlank) this.write(' ');
  }
}
