import type { Property } from '../environment.js';
import { createBudget, type Budget } from './budget.js';
import { checkSize, decodeLatin1 } from './decode.js';
import type { DocumentLimits } from './limits.js';
import { PropertiesReader } from './properties-reader.js';
import { invalidFile } from './source.js';

const hash = 35;
const exclamation = 33;
const comma = 44;
const hyphen = 45;
const separators: ReadonlySet<number> = new Set([58, 61]);
const listSeparators: ReadonlySet<number> = new Set([comma]);
const none: ReadonlySet<number> = new Set();

type Properties = Map<string, Property>;

/**
 * The documents of a `.properties` file that have a property, in order.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function parseProperties(file: string, bytes: Uint8Array, limits: DocumentLimits): readonly Properties[] {
  checkSize(file, bytes, limits);
  const text = decodeLatin1(bytes);
  const reader = new PropertiesReader(text, (line, column) =>
    invalidFile(file, 'an escape \\u is not followed by four hexadecimal digits', {
      line: line + 1,
      column: column + 1,
    }),
  );
  const budget = createBudget(limits, (line, what) => invalidFile(file, what, { line, column: 1 }));
  return readDocuments({ file, limits, budget, reader, codes: new Uint16Array(text.length) });
}

interface Parser {
  readonly file: string;
  readonly limits: DocumentLimits;
  readonly budget: Budget;
  readonly reader: PropertiesReader;
  /** The key or value being read. */
  readonly codes: Uint16Array;
}

interface Value {
  readonly property: { readonly value: string; readonly origin: string };
  /** From 1. */
  readonly line: number;
}

function readDocuments(parser: Parser): readonly Properties[] {
  const { reader } = parser;
  const documents: Properties[] = [];
  let document: Properties = new Map();
  let lastComment = 0;
  while (reader.read()) {
    const prefix = reader.character;
    // Escaped or not, as in the reference.
    if (prefix !== hash && prefix !== exclamation) {
      lastComment = -1;
      readProperty(parser, document);
    } else if (isSeparator(reader, lastComment)) {
      if (document.size > 0) pushDocument(parser, documents, document);
      document = new Map();
    } else {
      // A comment right behind a separator makes it a comment as well: the document goes on.
      if (document.size === 0) document = documents.pop() ?? document;
      lastComment = prefix;
      reader.skipComment();
    }
  }
  if (document.size > 0) pushDocument(parser, documents, document);
  return documents;
}

function pushDocument({ file, limits }: Parser, documents: Properties[], document: Properties): void {
  if (documents.length >= limits.documents) throw invalidFile(file, `it has more than ${limits.documents} documents`);
  documents.push(document);
}

/** `#---` or `!---` at the beginning of a line, and nothing but blanks behind, not below a comment of the same kind. */
function isSeparator(reader: PropertiesReader, lastComment: number): boolean {
  if (lastComment === reader.character) return false;
  let found = reader.column === 0;
  for (let hyphens = 0; found && hyphens < 3; hyphens += 1) {
    reader.read();
    found = reader.character === hyphen;
  }
  if (!reader.isEndOfLine()) {
    reader.read();
    reader.skipBlanks();
  }
  return found && reader.isEndOfLine();
}

function readProperty(parser: Parser, document: Properties): void {
  const { reader } = parser;
  const key = trim(readKey(parser));
  if (!key.endsWith('[]')) {
    put(parser, document, key, readValue(parser, none));
    return;
  }
  let index = 0;
  do {
    put(parser, document, `${key.slice(0, -2)}[${index}]`, readValue(parser, listSeparators));
    index += 1;
    if (!reader.isEndOfLine()) reader.read();
  } while (!reader.isEndOfLine());
}

function put({ budget }: Parser, document: Properties, key: string, { property, line }: Value): void {
  if (key === '') return;
  budget.spend(key.length + property.value.length, line);
  document.set(key, property);
}

/** As Java trims: characters up to the blank. */
function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 32) from += 1;
  while (to > from && text.charCodeAt(to - 1) <= 32) to -= 1;
  return text.slice(from, to);
}

/** Up to a separator, which is taken with it, or to the first character behind a blank. */
function readKey({ reader, codes }: Parser): string {
  let length = 0;
  let afterBlank = false;
  while (!reader.isEndOfLine()) {
    if (reader.isOneOf(separators)) {
      reader.read();
      break;
    }
    if (afterBlank && !reader.isBlank()) break;
    afterBlank = reader.isBlank();
    codes[length] = reader.character;
    length += 1;
    reader.read();
  }
  return textOf(codes, length);
}

function readValue({ reader, codes }: Parser, stops: ReadonlySet<number>): Value {
  while (reader.isBlank()) reader.read();
  const line = reader.line + 1;
  const origin = `${line}:${reader.column + 1}`;
  let length = 0;
  while (!reader.isEndOfLine() && !reader.isOneOf(stops)) {
    codes[length] = reader.character;
    length += 1;
    reader.read();
  }
  return { property: { value: textOf(codes, length), origin }, line };
}

function textOf(codes: Uint16Array, length: number): string {
  const chunks: string[] = [];
  for (let at = 0; at < length; at += 8192) {
    chunks.push(String.fromCharCode(...codes.subarray(at, Math.min(at + 8192, length))));
  }
  return chunks.join('');
}
