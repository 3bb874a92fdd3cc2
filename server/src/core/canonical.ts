import { Binary, Float, Timestamp, type Scalar } from 'cairn-config-client/values';
import type { PropertySource } from './environment.js';

/**
 * One text for one ordered list of property sources: names, keys, typed values and their marks as secrets, without
 * origins. Two lists have the same text only if a client cannot tell them apart. One line a source or property; strings as JSON, so that no text
 * within them can look like the end of a line.
 */
export function canonicalText(sources: readonly PropertySource[]): string {
  let text = '';
  for (const { name, properties } of sources) {
    text += `#${JSON.stringify(name)}\n`;
    for (const [key, { value, secret }] of properties) {
      text += `${JSON.stringify(key)}${secret === true ? '!' : ''}=${canonicalScalar(value)}\n`;
    }
  }
  return text;
}

function canonicalScalar(value: Scalar): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Float) return `float ${value.toString()}`;
  if (value instanceof Timestamp) return `timestamp ${value.epochMilliseconds}`;
  if (value instanceof Binary) return `binary ${value.base64}`;
  return String(value);
}
