import { Timestamp, type Scalar } from 'cairn-config-client/values';
import type { Environment } from '../environment.js';
import { javaDateText } from './java-date.js';
import { mergeProperties, placeholderResolver, type RenditionOptions } from './merged-properties.js';

/**
 * The environment as `.properties`: `key: value` lines without any escaping and without a last line feed, as the
 * reference server writes it. Placeholders are replaced in keys too, a key or value at a time.
 */
export function renderProperties(environment: Environment, options: RenditionOptions): string {
  const resolve = options.resolvePlaceholders ? placeholderResolver(environment) : (text: string) => text;
  const lines: string[] = [];
  for (const [key, value] of mergeProperties(environment))
    lines.push(`${resolve(key)}: ${resolve(propertyText(value))}`);
  return lines.join('\n');
}

function propertyText(value: Scalar): string {
  return value instanceof Timestamp ? javaDateText(value.epochMilliseconds) : String(value);
}
