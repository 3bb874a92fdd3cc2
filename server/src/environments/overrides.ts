import type { PropertySource } from '../core/environment.js';

const ORIGIN = 'Config server overrides';

/** The property source that stands above all others, or undefined where there are no overrides. */
export function overridesSource(overrides: ReadonlyMap<string, string>): PropertySource | undefined {
  if (overrides.size === 0) return undefined;
  const properties = new Map([...overrides].map(([key, text]) => [key, { value: unescape(text), origin: ORIGIN }]));
  return { name: 'overrides', properties };
}

/** `\{` and `\${` let a placeholder through to the client, where the settings file would have replaced it. */
function unescape(text: string): string {
  return text.replaceAll('\\${', '${').replaceAll('\\{', '{');
}
