import type { Tree } from 'cairn-config-client/values';
import type { Property, PropertySource } from '../core/environment.js';
import type { UnresolvedSecret } from '../core/events.js';
import { writeJson } from '../core/json.js';
import type { LocatedPart, LocatedReference, ReferringValue } from './referring.js';
import type { FoundSecret, ReadSecrets } from './read-secrets.js';

/** A property source with its secrets put in, and what could not be. */
export interface FilledSource {
  readonly source: PropertySource;
  readonly unresolved: readonly UnresolvedSecret[];
}

export type FilledText =
  { readonly text: string } | { readonly unresolved: readonly [UnresolvedSecret, ...UnresolvedSecret[]] };

const INVALID = '<n/a>';

/**
 * As the reference server does it, a value that is one reference as a whole moves to the end of its source and loses its
 * origin; one with references in it stays where it is. What cannot be resolved becomes `invalid.<key>`.
 */
export function fillSource(
  source: PropertySource,
  referring: ReadonlyMap<string, ReferringValue>,
  secrets: ReadSecrets,
): FilledSource {
  if (referring.size === 0) return { source, unresolved: [] };
  const properties = new Map<string, Property>();
  const moved: (readonly [string, Property])[] = [];
  const unresolved: UnresolvedSecret[] = [];
  for (const [key, property] of source.properties) {
    const value = referring.get(key);
    if (value === undefined) {
      properties.set(key, property);
      continue;
    }
    const filled = fillParts(value.parts, key, secrets);
    if ('unresolved' in filled) unresolved.push(...filled.unresolved);
    const [name, made] = filledProperty(key, property, { filled, isWhole: value.isWhole });
    if (value.isWhole) moved.push([name, made]);
    else properties.set(name, made);
  }
  for (const [name, property] of moved) properties.set(name, property);
  return { source: { name: source.name, properties }, unresolved };
}

interface Filled {
  readonly filled: FilledText;
  readonly isWhole: boolean;
}

function filledProperty(key: string, { origin }: Property, { filled, isWhole }: Filled): readonly [string, Property] {
  if ('unresolved' in filled) return [`invalid.${key}`, { value: INVALID }];
  const secret: Property = { value: filled.text, secret: true };
  return [key, isWhole || origin === undefined ? secret : { ...secret, origin }];
}

/** The text of `parts`; `key` is for what cannot be resolved. */
export function fillParts(parts: readonly LocatedPart[], key: string | null, secrets: ReadSecrets): FilledText {
  let text = '';
  const unresolved: UnresolvedSecret[] = [];
  for (const part of parts) {
    const filled = fillPart(part, secrets);
    if (typeof filled === 'string') text += filled;
    else unresolved.push({ key, ...filled });
  }
  const [first, ...others] = unresolved;
  return first === undefined ? { text } : { unresolved: [first, ...others] };
}

type Unfilled = Omit<UnresolvedSecret, 'key'>;

/** The secret's text, or why there is none. */
export function fillPart(part: LocatedPart, secrets: ReadSecrets): string | Unfilled {
  if (typeof part === 'string') return part;
  if (part === null) return { path: null, reason: 'malformed' };
  const found = secrets.find(part.address);
  const text = found.kind === 'values' ? textOf(found.values.get(part.key)) : undefined;
  return text ?? unfilled(part, found);
}

function unfilled({ address }: LocatedReference, { kind }: FoundSecret): Unfilled {
  return { path: address.path, reason: kind === 'values' ? 'missing' : kind };
}

/** Numbers exact, in the layout of the reference server; maps and lists as JSON. Null is no value. */
function textOf(value: Tree | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Map || Array.isArray(value)) return writeJson(value);
  return String(value);
}
