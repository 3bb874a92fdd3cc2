import type { Scalar } from 'cairn-config-client/values';
import type { Budget } from './budget.js';
import type { YamlNode } from './nodes.js';
import { typedScalar } from './scalars.js';
import { invalidAt, type Source } from './source.js';

/** A key of a map after typing. */
export interface Key {
  /** How it is written in a flattened key: text as it is, anything else in brackets. */
  readonly text: string;
  /** Equal for keys that are the same value: `yes` and `true`, `8` and `010`. */
  readonly identity: string;
}

interface KeyReader {
  readonly source: Source;
  readonly budget: Budget;
}

/**
 * The key that `node` stands for.
 * @throws ConfigServerError CONFIG_FILE_INVALID for a null key
 */
export function readKey(reader: KeyReader, node: YamlNode): Key {
  const content = node.kind === 'alias' ? node.target : node;
  if (content.kind !== 'scalar') {
    const text = printNode(reader, node, 0);
    // The reference takes an empty list for an empty text.
    return text === '[]' ? { text: '', identity: 's' } : { text: `[${text}]`, identity: `c${text}` };
  }
  const value = typedScalar(reader.source, content);
  if (value === null) throw invalidAt(reader.source, node.start, 'a key is null; put it in quotes to have it as text');
  return typeof value === 'string' ? { text: value, identity: `s${value}` } : keyOf(value);
}

function keyOf(value: Exclude<Scalar, string | null>): Key {
  const type = typeof value === 'object' ? value.constructor.name : typeof value;
  return { text: `[${String(value)}]`, identity: `${type} ${String(value)}` };
}

/** A list or map as a key, in the layout of Java's collections: `[a, b]`, `{a=b}`. */
function printNode(reader: KeyReader, node: YamlNode, depth: number): string {
  const { source, budget } = reader;
  budget.enter(depth, node.start);
  if (node.kind === 'alias') {
    budget.expand(node.start);
    return printNode(reader, node.target, depth);
  }
  const print = (child: YamlNode): string => printNode(reader, child, depth + 1);
  if (node.kind === 'sequence') return `[${node.items.map(print).join(', ')}]`;
  if (node.kind === 'mapping')
    return `{${node.entries.map(({ key, value }) => `${print(key)}=${print(value)}`).join(', ')}}`;
  budget.spend(node.text.length, node.start);
  return String(typedScalar(source, node) ?? '');
}
