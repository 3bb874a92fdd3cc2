const end = -1;
const lineFeed = 10;
const carriageReturn = 13;
const backslash = 92;
const letterU = 117;
const blanks: ReadonlySet<number> = new Set([9, 12, 32]);
/** `\t`, `\r`, `\n`, `\f`. Any other escaped character is itself. */
const escapes: ReadonlyMap<number, number> = new Map([
  [116, 9],
  [114, carriageReturn],
  [110, lineFeed],
  [102, 12],
]);

/**
 * The characters of a `.properties` file one by one, escapes and continued lines resolved. Lines and columns are those
 * that Spring Boot reports: both from 0, an escape counts as one column, a continued line begins at 0 again.
 */
export class PropertiesReader {
  /** The current character's code, -1 at the end. */
  character: number = end;
  /** Behind a backslash: nothing but itself. */
  escaped = false;
  line = 0;
  column = -1;
  readonly #text: string;
  readonly #refuse: (line: number, column: number) => Error;
  #at = 0;

  /** `refuse` makes the error for a malformed `\uXXXX`. */
  constructor(text: string, refuse: (line: number, column: number) => Error) {
    this.#text = text;
    this.#refuse = refuse;
  }

  /** Goes to the next character; false at the end. */
  read(): boolean {
    this.#step();
    while (this.character === backslash && this.#readEscape()) this.#step();
    if (this.character === lineFeed && !this.escaped) this.column = -1;
    return this.character !== end;
  }

  isEndOfLine(): boolean {
    return this.character === end || (!this.escaped && this.character === lineFeed);
  }

  isBlank(): boolean {
    return !this.escaped && blanks.has(this.character);
  }

  /** Whether the character is one of `codes` and not escaped. */
  isOneOf(codes: ReadonlySet<number>): boolean {
    return !this.escaped && codes.has(this.character);
  }

  skipBlanks(): void {
    while (this.isBlank()) {
      this.character = this.#next();
      this.column += 1;
    }
  }

  /** Goes to the end of the line without a look at escapes, as comments end. */
  skipComment(): void {
    while (this.character !== lineFeed && this.character !== end) this.character = this.#next();
    this.column = -1;
  }

  #step(): void {
    this.escaped = false;
    this.character = this.#next();
    this.column += 1;
    if (this.column === 0) this.skipBlanks();
  }

  /** Resolves an escape; true where it was the end of a line that is continued. */
  #readEscape(): boolean {
    this.escaped = true;
    const code = this.#next();
    this.character = escapes.get(code) ?? code;
    if (code === letterU) this.character = this.#readUnicode();
    if (code !== lineFeed) return false;
    this.column = -1;
    return true;
  }

  #readUnicode(): number {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#refuse(this.line, this.column);
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  /** The next code with any line break as a line feed. The end of a line that has no break counts as one too. */
  #next(): number {
    if (this.#at >= this.#text.length) return this.#atEnd();
    const code = this.#text.charCodeAt(this.#at);
    this.#at += 1;
    if (code !== carriageReturn && code !== lineFeed) return code;
    if (code === carriageReturn && this.#text.charCodeAt(this.#at) === lineFeed) this.#at += 1;
    this.line += 1;
    return lineFeed;
  }

  #atEnd(): number {
    const last = this.#text.charCodeAt(this.#text.length - 1);
    if (this.#at === this.#text.length && last !== lineFeed && last !== carriageReturn) {
      this.#at += 1;
      if (this.#text.length > 0) this.line += 1;
    }
    return end;
  }
}
