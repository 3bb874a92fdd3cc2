import type { ScalarNode } from '../../core/documents/nodes.js';
import { yamlTag } from '../../core/documents/nodes.js';
import { goFloat } from './go-numbers.js';
import { goTime } from './go-times.js';

/**
 * What a value that SOPS left as it was counts for in the MAC: read by the rules of the YAML library that SOPS is written
 * with, and printed as SOPS prints it. Null counts for nothing.
 * Undefined: a value that SOPS would not have written.
 */
export function plainBytes(node: ScalarNode): Uint8Array | null | undefined {
  if (node.tag === `${yamlTag}binary`) return Buffer.from(node.text, 'base64');
  if (node.tag !== undefined && node.tag !== `${yamlTag}str`) return undefined;
  if (!node.plain || node.tag !== undefined) return Buffer.from(node.text);
  const text = plainText(node.text);
  return typeof text === 'string' ? Buffer.from(text) : text;
}

const words: ReadonlyMap<string, string | null> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, 'True'] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, 'False'] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, 'NaN'] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, '+Inf'] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, '-Inf'] as const),
]);

/** Longer ones cost more than they are worth, and a double has no more than 309 digits. */
const longestNumber = 1024;

function plainText(text: string): string | null | undefined {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.length > longestNumber || !/^[-+.0-9]/.test(text)) return text;
  const time = goTime(text);
  if (time !== undefined) return time;
  // A number that begins with its point has no underscores.
  return numberText(text.startsWith('.') ? text : text.replaceAll('_', '')) ?? text;
}

const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const based = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;

function numberText(text: string): string | undefined {
  const [, sign, digits] = based.exec(text) ?? [];
  if (digits === undefined) return decimal.test(text) ? goFloat(Number(text)) : undefined;
  const magnitude = BigInt(digits.replace(/^0(?=[0-7])/, '0o').toLowerCase());
  const value = sign === '-' ? -magnitude : magnitude;
  if (BigInt.asIntN(64, value) === value) return String(value);
  return decimal.test(text) ? goFloat(Number(text)) : undefined;
}
