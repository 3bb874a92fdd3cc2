// JSON read and written so that nothing is lost: numbers as written, members in order. Made apart from the product's own reader and writer,
// so that a fault in them cannot hide itself here.

/** A number as it was written. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text);
  }

  /** Integers equal integers, exactly; other numbers equal others by value; never one kind the other. */
  equals(other: ExactNumber): boolean {
    if (this.isInteger !== other.isInteger) return false;
    return this.isInteger ? BigInt(this.text) === BigInt(other.text) : Number(this.text) === Number(other.text);
  }
}

export type ExactJson = string | boolean | null | ExactNumber | readonly ExactJson[] | ReadonlyMap<string, ExactJson>;

const token =
  /\s*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;
const blank = /\s*$/y;

/** @throws SyntaxError where the text is not JSON or an object has a member twice. */
export function readExactJson(text: string): ExactJson {
  const tokens = tokenize(text);
  const value = readValue(tokens);
  if (tokens.length > 0) throw new SyntaxError('more text after the JSON value');
  return value;
}

export function exactMember(value: ExactJson | undefined, name: string): ExactJson | undefined {
  return value instanceof Map ? (value as ReadonlyMap<string, ExactJson>).get(name) : undefined;
}

// In reverse, so that taking the next one is cheap.
function tokenize(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) break;
    tokens.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
    at = token.lastIndex;
  }
  blank.lastIndex = at;
  if (!blank.test(text)) throw new SyntaxError(`not JSON at character ${at}`);
  return tokens.reverse();
}

function readValue(tokens: string[]): ExactJson {
  const next = tokens.pop();
  if (next === '{') return readObject(tokens);
  if (next === '[') return readArray(tokens);
  if (next === 'null') return null;
  if (next === 'true' || next === 'false') return next === 'true';
  if (next?.startsWith('"')) return JSON.parse(next) as string;
  if (next === undefined || /^[\]},:]$/.test(next)) throw new SyntaxError(`unexpected ${next ?? 'end'}`);
  return new ExactNumber(next);
}

function readObject(tokens: string[]): ReadonlyMap<string, ExactJson> {
  const members = new Map<string, ExactJson>();
  readSeparated(tokens, '}', () => {
    const name = readValue(tokens);
    if (typeof name !== 'string') throw new SyntaxError('a member without a name');
    if (members.has(name)) throw new SyntaxError(`the member ${name} twice`);
    expectToken(tokens, ':');
    members.set(name, readValue(tokens));
  });
  return members;
}

function readArray(tokens: string[]): readonly ExactJson[] {
  const elements: ExactJson[] = [];
  readSeparated(tokens, ']', () => elements.push(readValue(tokens)));
  return elements;
}

function readSeparated(tokens: string[], end: string, readOne: () => unknown): void {
  if (tokens.at(-1) === end) {
    tokens.pop();
    return;
  }
  for (;;) {
    readOne();
    if (tokens.at(-1) !== ',') break;
    tokens.pop();
  }
  expectToken(tokens, end);
}

function expectToken(tokens: string[], wanted: string): void {
  const next = tokens.pop();
  if (next !== wanted) throw new SyntaxError(`${next ?? 'end'} instead of ${wanted}`);
}

export function writeExactJson(value: ExactJson): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${(value as ExactJson[]).map(writeExactJson).join()}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...(value as Map<string, ExactJson>)];
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeExactJson(member)}`).join()}}`;
}
