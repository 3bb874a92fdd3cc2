import type { Property, PropertySource } from '../core/environment.js';
import type { SecretText } from '../core/secret-text.js';

export type Overrides = ReadonlyMap<string, string | SecretText>;

const ORIGIN = 'Config server overrides';

/** The property source that stands above all others, or undefined where there are no overrides. */
export function overridesSource(overrides: Overrides): PropertySource | undefined {
  if (overrides.size === 0) return undefined;
  return { name: 'overrides', properties: new Map([...overrides].map(([key, text]) => [key, propertyOf(text)])) };
}

function propertyOf(text: string | SecretText): Property {
  if (typeof text === 'string') return { value: unescape(text), origin: ORIGIN };
  return { value: unescape(text.reveal()), origin: ORIGIN, secret: true };
}

/** `\{` and `\${` let a placeholder through to the client, where the settings file would have replaced it. */
function unescape(text: string): string {
  return text.replaceAll('\\${', '${').replaceAll('\\{', '{');
}
