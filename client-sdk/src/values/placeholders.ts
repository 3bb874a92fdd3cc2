import { quoteKey, ValuesError } from './errors.js';
import {
  maxPlaceholderDepth,
  parsePlaceholders,
  writtenText,
  type Part,
  type Placeholder,
} from './placeholder-syntax.js';
import type { MarkedScalar, Scalar } from './scalar.js';
import type { MarkedProperties } from './tree.js';

/** The value of a key, before its own placeholders are resolved; undefined or null where there is none. */
export type Lookup = (key: string) => Scalar | undefined;

/** As `Lookup`, with the mark of a secret. */
export type MarkedLookup = (key: string) => MarkedScalar | undefined;

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
 * `properties` with the placeholders in their string values replaced; a value that is only a placeholder stays a string.
 * What has become of a secret is one: a value with a secret in it, or chosen by one (`${key-of-${secret}}`), is marked.
 * Looks keys up in `properties` unless `lookup` is given. Throws as `resolveText`.
 */
export function resolvePlaceholders(
  properties: MarkedProperties,
  lookup: MarkedLookup = (key) => properties.get(key),
): Map<string, MarkedScalar> {
  const resolution = new Resolution(lookup);
  const resolved = new Map<string, MarkedScalar>();
  for (const [key, { value, secret = false }] of properties) {
    const { text, isSecret } = typeof value === 'string' ? resolution.resolve(value) : { text: value, isSecret: false };
    resolved.set(key, secret || isSecret ? { value: text, secret: true } : { value: text });
  }
  return resolved;
}

/** A resolver for many texts: each key is resolved once, and the limits hold for all texts together. */
export function createResolver(lookup: Lookup): Resolver {
  const resolution = new Resolution((key) => {
    const value = lookup(key);
    return value === undefined ? undefined : { value };
  });
  return (text) => resolution.resolve(text).text;
}

/** A text, and whether a secret has a part in it. */
interface Resolved {
  readonly text: string;
  readonly isSecret: boolean;
}

class Resolution {
  readonly #lookup: MarkedLookup;
  readonly #found = new Map<string, Resolved>();
  /** The keys whose values are being resolved, and how messages name them. */
  readonly #open = new Map<string, string>();
  #left = maxExpansion;

  constructor(lookup: MarkedLookup) {
    this.#lookup = lookup;
  }

  resolve(text: string): Resolved {
    return text.includes('${') ? this.#evaluate(parsePlaceholders(text)) : { text, isSecret: false };
  }

  #evaluate(parts: readonly Part[]): Resolved {
    let text = '';
    let isSecret = false;
    for (const part of parts) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const resolved = this.#replace(part);
      text += resolved.text;
      isSecret ||= resolved.isSecret;
    }
    return { text, isSecret };
  }

  #replace({ whole, key, fallback }: Placeholder): Resolved {
    const direct = whole === undefined || fallback === undefined ? undefined : this.#value(whole, whole);
    if (direct !== undefined) return direct;
    const name = this.#evaluate(key);
    // Messages show the key as it is written: what placeholders make of it holds values.
    const value = this.#value(name.text, writtenText(key)) ?? this.#missing(name.text, fallback);
    return name.isSecret ? { text: value.text, isSecret: true } : value;
  }

  #missing(name: string, fallback: readonly Part[] | undefined): Resolved {
    return fallback === undefined ? { text: `\${${name}}`, isSecret: false } : this.#evaluate(fallback);
  }

  #value(key: string, shown: string): Resolved | undefined {
    const value = this.#found.get(key) ?? this.#find(key, shown);
    if (value === undefined) return undefined;
    this.#left -= value.text.length + costOfOne;
    if (this.#left < 0) {
      throw new ValuesError(
        'CONFIG_TOO_LARGE',
        `Placeholders expand to too much (the limit is ${maxExpansion} characters), at ${quoteKey(shown)}.`,
      );
    }
    return value;
  }

  #find(key: string, shown: string): Resolved | undefined {
    const { value: raw, secret = false } = this.#lookup(key) ?? { value: null };
    if (raw === null) return undefined;
    const { text, isSecret } = this.#resolveValue(key, shown, String(raw));
    const found = { text, isSecret: secret || isSecret };
    this.#found.set(key, found);
    return found;
  }

  #resolveValue(key: string, shown: string, text: string): Resolved {
    if (!text.includes('${')) return { text, isSecret: false };
    if (this.#open.has(key)) throw cycle([...this.#open.keys()].indexOf(key), [...this.#open.values()], shown);
    if (this.#open.size >= maxPlaceholderDepth) {
      throw new ValuesError(
        'CONFIG_TOO_LARGE',
        `Placeholders lead through more than ${maxPlaceholderDepth} values, at ${quoteKey(shown)}.`,
      );
    }
    this.#open.set(key, shown);
    const value = this.#evaluate(parsePlaceholders(text));
    this.#open.delete(key);
    return value;
  }
}

function cycle(start: number, open: readonly string[], shown: string): ValuesError {
  const path = [...open.slice(start), shown];
  const last = quoteKey(shown);
  const named = path.length > 6 ? [...path.slice(0, 5).map(quoteKey), '…', last] : path.map(quoteKey);
  return new ValuesError(
    'CONFIG_PLACEHOLDER_CYCLE',
    `The placeholder of ${last} needs its own value: ${named.join(' → ')}.`,
  );
}
