import type { Binary } from 'cairn-config-client/values';
import { Float, Timestamp, type Scalar } from 'cairn-config-client/values';
import { base64OfText } from './base64.js';
import type { Tag } from './resolve-tag.js';

/** A scalar as YAML text: its tag, and whether a literal block (`|`) is wanted. */
export interface ScalarNode {
  readonly tag: Tag;
  readonly text: string;
  readonly literal: boolean;
}

const unprintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
export const lineBreaks: RegExp = /[\n\x85\u2028\u2029]/;

/** What SnakeYAML's representer makes of a value. */
export function representScalar(value: Scalar): ScalarNode {
  if (typeof value === 'string') return representString(value);
  if (typeof value === 'boolean') return plain('bool', String(value));
  if (typeof value === 'bigint') return plain('int', value.toString());
  if (value === null) return plain('null', 'null');
  if (value instanceof Float) return plain('float', floatText(value));
  if (value instanceof Timestamp) return plain('timestamp', timestampText(value));
  return representBinary(value);
}

function plain(tag: Tag, text: string): ScalarNode {
  return { tag, text, literal: false };
}

function representString(text: string): ScalarNode {
  if (unprintable.test(text)) return { tag: 'binary', text: base64OfText(text), literal: true };
  return { tag: 'str', text, literal: lineBreaks.test(text) };
}

function representBinary(value: Binary): ScalarNode {
  return { tag: 'binary', text: value.base64, literal: true };
}

function floatText(value: Float): string {
  if (Number.isNaN(value.value)) return '.NaN';
  if (Number.isFinite(value.value)) return value.toString();
  return value.value > 0 ? '.inf' : '-.inf';
}

/** Milliseconds only where there are any: `2001-12-14T00:00:00Z`. */
function timestampText(value: Timestamp): string {
  return value.toString().replace('.000Z', 'Z');
}
