/**
 * Text → graphs of nodes, by the package `yaml`, of which this is the one importer. It is used for the syntax alone
 * (schema `failsafe`): types, merge keys and duplicate keys are ours, because they must be SnakeYAML's.
 */
import { Composer, isAlias, isMap, isScalar, Lexer, Parser } from 'yaml';
import type { Alias, CST, Document, ErrorCode, Pair, ParsedNode, Scalar, YAMLError, YAMLSeq } from 'yaml';
import type { AliasNode, ContentNode, MappingEntry, YamlNode } from './nodes.js';
import { ignoreFlowIndentation, type LexerState } from './lenient-lexer.js';
import { tooDeep } from './limits.js';
import { invalidAt, type Source } from './source.js';
import { syntaxErrorTexts } from './syntax-errors.js';

const options = {
  version: '1.1',
  schema: 'failsafe',
  merge: false,
  resolveKnownTags: false,
  // Quadratic in `yaml`, and blind to types: `yes` and `true` are the same key.
  uniqueKeys: false,
  // They tell where the anchors and tags of a node are, and where an empty value is.
  keepSourceTokens: true,
  logLevel: 'silent',
} as const;

const errorTexts: Readonly<Record<ErrorCode, string>> = syntaxErrorTexts;

/** The lexeme that comes before the text of a scalar without quotes. */
const scalarMark = '\u001F';

/** Bounds the work of lexer, parser and composer, whose cost is linear in the tokens and not in the bytes. */
const maxTokens = 500_000;

/** The documents of `source` in order. One without content is an empty plain scalar. */
export function* composeDocuments(source: Source): Generator<ContentNode, void> {
  const composer = new Composer(options);
  let count = 0;
  for (const { document, before } of composedDocuments(source, composer)) {
    throwFirst(source, document.errors);
    count += 1;
    if (count > source.limits.documents) {
      throw invalidAt(source, document.range[0], `it has more than ${source.limits.documents} documents`);
    }
    const reader: NodeReader = { source, anchors: new Map(), open: new Set() };
    yield readRoot(reader, document.contents as ParsedNode, before);
  }
  throwFirst(source, composer.streamInfo().errors);
}

interface ComposedDocument {
  readonly document: Document.Parsed;
  /** What stands before its content: the anchor and tag of its root. */
  readonly before: Properties;
}

function* composedDocuments(source: Source, composer: Composer): Generator<ComposedDocument, void> {
  let before: Properties = [];
  for (const token of checkedTokens(source)) {
    // The composer gives a document away when the next one begins.
    for (const document of composer.next(token)) yield { document, before };
    if (token.type === 'document') before = token.start;
  }
  for (const document of composer.end()) yield { document, before };
}

function* checkedTokens(source: Source): Generator<CST.Token, void> {
  let directives = 0;
  for (const token of parsedTokens(source)) {
    if (token.type === 'error') throw invalidAt(source, token.offset, errorTexts.UNEXPECTED_TOKEN);
    if (token.type === 'directive') directives += 1;
    // The parser makes a costly warning of each directive that it does not know.
    if (directives > source.limits.documents) {
      throw invalidAt(source, token.offset, `it has more than ${source.limits.documents} directives`);
    }
    yield token;
  }
}

function* parsedTokens(source: Source): Generator<CST.Token, void> {
  const parser = new Parser();
  const lexer = new Lexer();
  const seen = ignoreFlowIndentation(lexer as unknown as LexerState, source.text);
  let lexemes = 0;
  let previous = '';
  for (const lexeme of lexer.lex(source.text)) {
    seen(lexeme);
    lexemes += 1;
    if (previous !== scalarMark && isUnclosed(lexeme)) {
      throw invalidAt(source, parser.offset, 'a quoted text is not closed');
    }
    previous = lexeme;
    if (lexemes > maxTokens) throw invalidAt(source, parser.offset, `it has more than ${maxTokens} tokens`);
    yield* parser.next(lexeme);
    checkDepth(source, parser);
  }
  yield* parser.end();
}

/** Told here, where it begins: `yaml` tells where it would end, and takes an escaped quote at the end for the closing one. */
function isUnclosed(lexeme: string): boolean {
  const quote = lexeme.charAt(0);
  if (quote !== "'" && quote !== '"') return false;
  const escape = quote === "'" ? "'" : '\\';
  let at = lexeme.length - 2;
  while (at > 0 && lexeme.charAt(at) === escape) at -= 1;
  return lexeme.length === 1 || !lexeme.endsWith(quote) || (lexeme.length - at) % 2 === 1;
}

/** The composer recurses, so depth is bounded while the parser, which does not, still holds the stack. */
function checkDepth(source: Source, parser: Parser): void {
  const { depth } = source.limits;
  if (parser.stack.length <= depth) return;
  const levels = parser.stack.filter(
    ({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection',
  );
  if (levels.length > depth) throw invalidAt(source, parser.offset, tooDeep(depth));
}

function throwFirst(source: Source, errors: readonly YAMLError[]): void {
  const [first] = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) throw invalidAt(source, first.pos[0], errorTexts[first.code]);
}

interface NodeReader {
  readonly source: Source;
  /** The newest node of each anchor so far; YAML lets a later one take the name over. */
  readonly anchors: Map<string, ContentNode>;
  /** Anchors whose node is not complete yet: an alias to one would contain itself. */
  readonly open: Set<string>;
}

type Properties = readonly CST.SourceToken[];
type ContentToRead = Exclude<ParsedNode, Alias.Parsed>;

function readNode(reader: NodeReader, node: ParsedNode, before: Properties): YamlNode {
  return isAlias(node) ? readAlias(reader, node) : readAnchored(reader, node, before);
}

function readRoot(reader: NodeReader, node: ParsedNode, before: Properties): ContentNode {
  return isAlias(node) ? readAlias(reader, node).target : readAnchored(reader, node, before);
}

function readAnchored(reader: NodeReader, node: ContentToRead, before: Properties): ContentNode {
  const { anchor } = node;
  if (anchor !== undefined) reader.open.add(anchor);
  const content = readContent(reader, node, startOf(node, before));
  if (anchor !== undefined) {
    reader.open.delete(anchor);
    reader.anchors.set(anchor, content);
  }
  return content;
}

function readAlias({ source, anchors, open }: NodeReader, { source: name, range: [start] }: Alias.Parsed): AliasNode {
  if (open.has(name)) throw invalidAt(source, start, 'an alias refers to a node that contains it');
  const target = anchors.get(name);
  if (target === undefined) throw invalidAt(source, start, 'an alias refers to an anchor that is not there before it');
  return { kind: 'alias', target, start };
}

function readContent(reader: NodeReader, node: ContentToRead, start: number): ContentNode {
  const { tag } = node;
  if (isScalar(node)) {
    return { kind: 'scalar', text: scalarText(reader.source, node), plain: node.type === 'PLAIN', tag, start };
  }
  if (isMap(node)) return { kind: 'mapping', entries: node.items.map((pair) => readEntry(reader, pair)), tag, start };
  return { kind: 'sequence', items: readItems(reader, node), tag, start };
}

/** At the end of a file without a line break, `yaml` gives a block scalar one, and SnakeYAML does not. */
function scalarText({ text }: Source, { source, type, range }: Scalar.Parsed): string {
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
  if (!isBlock || range[1] < text.length || !source.endsWith('\n') || /\n *$/.test(text)) return source;
  return source.slice(0, -1);
}

function readEntry(reader: NodeReader, { key, value, srcToken }: Pair<ParsedNode, ParsedNode | null>): MappingEntry {
  const { start = [], sep = [] } = { ...srcToken };
  const keyNode = readNode(reader, key, start);
  if (value !== null) return { key: keyNode, value: readNode(reader, value, sep) };
  const empty = { text: '', plain: true, tag: undefined, start: nextToken(reader.source, key.range[1]) };
  return { key: keyNode, value: { kind: 'scalar', ...empty } };
}

function nextToken({ text }: Source, from: number): number {
  const blanks = /(?:[ \t\n]|#.*)*/y;
  blanks.lastIndex = from;
  blanks.test(text);
  return blanks.lastIndex;
}

function readItems(reader: NodeReader, { items, srcToken }: YAMLSeq.Parsed): readonly YamlNode[] {
  const { items: tokens = [] }: { items?: readonly CST.CollectionItem[] } = { ...srcToken };
  return items.map((item, index) => {
    const { start = [] } = { ...tokens[index] };
    return readNode(reader, item, start);
  });
}

/** Where SnakeYAML says that a node begins: at its anchor or tag; an empty one right behind its indicator. */
function startOf(node: ContentToRead, before: Properties): number {
  const property = before.find(({ type }) => type === 'anchor' || type === 'tag');
  if (property !== undefined && (node.anchor !== undefined || node.tag !== undefined)) return property.offset;
  if (!isScalar(node) || node.source !== '' || node.type !== 'PLAIN') return node.range[0];
  const indicator = before.findLast(({ type }) => type.endsWith('-ind') || type === 'comma');
  return indicator === undefined ? node.range[0] : indicator.offset + indicator.source.length;
}
