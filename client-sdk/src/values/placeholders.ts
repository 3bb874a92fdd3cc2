import { quoteKey, ValuesError } from './errors.js';
import { maxPlaceholderDepth, parsePlaceholders, type Part, type Placeholder } from './placeholder-syntax.js';
import type { Scalar } from './scalar.js';
import type { FlatProperties } from './tree.js';

/** The value of a key, before its own placeholders are resolved; undefined or null where there is none. */
export type Lookup = (key: string) => Scalar | undefined;

/** Resolves texts against one lookup; what it has found stays found, so the lookup must not change under it. */
export type Resolver = (text: string) => string;

// All that placeholders put in, together: a few doubling keys must not make gigabytes.
const maxExpansion = 16 * 1024 * 1024;
// What a placeholder costs beside its characters, so that very many short ones are bounded too.
const costOfOne = 128;

/**
 * `text` with its placeholders replaced: `${key}`, `${key:default}`, placeholders in keys and defaults, and in the
 * values found. One without value and default stays as it is; `\${x}` (or `\\${x}`) comes out as `${x}`.
 * Throws `CONFIG_PLACEHOLDER_CYCLE` for a value that needs itself, `CONFIG_TOO_LARGE` past the limits.
 */
export function resolveText(text: string, lookup: Lookup): string {
  return createResolver(lookup)(text);
}

/**
 * `flat` with the placeholders in its string values replaced; a value that is only a placeholder stays a string.
 * Looks keys up in `flat` unless `lookup` is given. Throws as `resolveText`.
 */
export function resolvePlaceholders(
  flat: FlatProperties,
  lookup: Lookup = (key) => flat.get(key),
): Map<string, Scalar> {
  const resolve = createResolver(lookup);
  const resolved = new Map<string, Scalar>();
  for (const [key, value] of flat) resolved.set(key, typeof value === 'string' ? resolve(value) : value);
  return resolved;
}

/** A resolver for many texts: each key is resolved once, and the limits hold for all texts together. */
export function createResolver(lookup: Lookup): Resolver {
  const resolution = new Resolution(lookup);
  return (text) => (text.includes('${') ? resolution.evaluate(parsePlaceholders(text)) : text);
}

class Resolution {
  readonly #lookup: Lookup;
  readonly #found = new Map<string, string>();
  readonly #open = new Set<string>();
  #left = maxExpansion;

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  evaluate(parts: readonly Part[]): string {
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : this.#replace(part);
    return text;
  }

  #replace({ whole, key, fallback }: Placeholder): string {
    const direct = whole === undefined || fallback === undefined ? undefined : this.#value(whole);
    if (direct !== undefined) return direct;
    const name = this.evaluate(key);
    return this.#value(name) ?? (fallback === undefined ? `\${${name}}` : this.evaluate(fallback));
  }

  #value(key: string): string | undefined {
    const value = this.#found.get(key) ?? this.#find(key);
    if (value === undefined) return undefined;
    this.#left -= value.length + costOfOne;
    if (this.#left < 0) {
      throw new ValuesError(
        'CONFIG_TOO_LARGE',
        `Placeholders expand to too much (the limit is ${maxExpansion} characters), at ${quoteKey(key)}.`,
      );
    }
    return value;
  }

  #find(key: string): string | undefined {
    const raw = this.#lookup(key);
    if (raw === undefined || raw === null) return undefined;
    const text = String(raw);
    const value = text.includes('${') ? this.#resolveValue(key, text) : text;
    this.#found.set(key, value);
    return value;
  }

  #resolveValue(key: string, text: string): string {
    if (this.#open.has(key)) throw cycle([...this.#open], key);
    if (this.#open.size >= maxPlaceholderDepth) {
      throw new ValuesError(
        'CONFIG_TOO_LARGE',
        `Placeholders lead through more than ${maxPlaceholderDepth} values, at ${quoteKey(key)}.`,
      );
    }
    this.#open.add(key);
    const value = this.evaluate(parsePlaceholders(text));
    this.#open.delete(key);
    return value;
  }
}

function cycle(open: readonly string[], key: string): ValuesError {
  const path = [...open.slice(open.indexOf(key)), key];
  const shown = path.length > 6 ? [...path.slice(0, 5).map(quoteKey), '…', quoteKey(key)] : path.map(quoteKey);
  return new ValuesError(
    'CONFIG_PLACEHOLDER_CYCLE',
    `The placeholder of ${quoteKey(key)} needs its own value: ${shown.join(' → ')}.`,
  );
}
