/**
 * YAML text as SnakeYAML's dumper writes it in block style (indent 2, list dashes at the parent's indent, width 80):
 * its decisions on styles, quotes, tags and folding, so that the answers are those of the reference server.
 */
import type { Scalar, Tree, TreeList, TreeMap } from 'cairn-config-client/values';
import { analyzeScalar } from './analyze-scalar.js';
import { resolveTag } from './resolve-tag.js';
import { representScalar, type ScalarNode } from './scalar-node.js';
import { writeDoubleQuoted, writeLiteral, writePlain, writeSingleQuoted, type ScalarText } from './scalar-styles.js';
import { YamlOutput } from './yaml-output.js';

/** Where a node stands. */
interface Place {
  /** The column of the collection around it; undefined at the top. */
  readonly indent: number | undefined;
  readonly isInMap?: boolean;
  readonly isSimpleKey?: boolean;
}

const step = 2;
// A longer key (with its tag `!!str`) is written after `? `.
const simpleKeyLength = 128 - '!!str'.length;

// Indentation makes YAML of deep keys many times longer than the keys themselves.
const maxCharacters = 64 * 1024 * 1024;

/** `tree` as one YAML document, with a line feed at its end. Throws `CONFIG_TOO_LARGE` past `maxLength` characters. */
export function writeYaml(tree: Tree, maxLength: number = maxCharacters): string {
  const out = new YamlOutput(maxLength);
  writeNode(out, tree, { indent: undefined });
  out.writeIndent(0);
  return out.text;
}

/** The text of a scalar as one YAML document of a string. */
export function writeYamlText(value: Scalar): string {
  const out = new YamlOutput(maxCharacters);
  writeScalar(out, { ...representScalar(value), tag: 'str' }, { indent: undefined });
  out.writeIndent(0);
  return out.text;
}

function writeNode(out: YamlOutput, tree: Tree, place: Place): void {
  if (tree instanceof Map) writeMap(out, tree, place);
  else if (Array.isArray(tree)) writeList(out, tree, place);
  else writeScalar(out, representScalar(tree), place);
}

function writeMap(out: YamlOutput, map: TreeMap, { indent: outer }: Place): void {
  if (map.size === 0) {
    out.writeIndicator('{}', { spaced: true });
    return;
  }
  const indent = outer === undefined ? 0 : outer + step;
  for (const [key, value] of map) {
    out.writeIndent(indent);
    writeKey(out, key, indent);
    writeNode(out, value, { indent, isInMap: true });
  }
}

function writeKey(out: YamlOutput, key: string, indent: number): void {
  const node = representScalar(key);
  if (isSimpleKey(node)) {
    writeScalar(out, node, { indent, isInMap: true, isSimpleKey: true });
    out.writeIndicator(':');
    return;
  }
  out.writeIndicator('?', { spaced: true, indents: true });
  writeScalar(out, node, { indent, isInMap: true });
  out.writeIndent(indent);
  out.writeIndicator(':', { spaced: true, indents: true });
}

function isSimpleKey({ tag, text }: ScalarNode): boolean {
  const longest = tag === 'str' ? simpleKeyLength : 128 - `!!${tag}`.length;
  return text !== '' && text.length < longest && !analyzeScalar(text).isMultiline;
}

function writeList(out: YamlOutput, list: TreeList, { indent: outer, isInMap = false }: Place): void {
  if (list.length === 0) {
    out.writeIndicator('[]', { spaced: true });
    return;
  }
  const isIndentless = isInMap && !out.isIndentation;
  const indent = outer === undefined ? 0 : outer + (isIndentless ? 0 : step);
  for (const item of list) {
    out.writeIndent(indent);
    out.writeIndicator('-', { spaced: true, indents: true });
    writeNode(out, item, { indent });
  }
}

function writeScalar(out: YamlOutput, node: ScalarNode, { indent = 0, isSimpleKey = false }: Place): void {
  const style = chooseStyle(node, isSimpleKey);
  if (node.tag !== 'str' && style !== writePlain) out.writeIndicator(`!!${node.tag}`, { spaced: true });
  style(out, { text: node.text, indent: indent + step, folds: !isSimpleKey });
}

type ScalarStyle = (out: YamlOutput, scalar: ScalarText) => void;

function chooseStyle(node: ScalarNode, isSimpleKey: boolean): ScalarStyle {
  const { allowsPlain, allowsSingleQuoted, allowsLiteral } = analyzeScalar(node.text);
  if (node.literal) return allowsLiteral && !isSimpleKey ? writeLiteral : writeDoubleQuoted;
  if (allowsPlain && resolveTag(node.text) === node.tag) return writePlain;
  return allowsSingleQuoted ? writeSingleQuoted : writeDoubleQuoted;
}
