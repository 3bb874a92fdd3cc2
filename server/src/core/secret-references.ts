/** One value of a secret, as a text refers to it. */
export interface SecretReference {
  /** As it is written: relative to the default engine, or with the mount of another. */
  readonly path: string;
  /** `?version=N`; null without it. */
  readonly pin: number | null;
  readonly key: string;
}

/** A text that a key of Vault's transit engine has encrypted. */
export interface TransitText {
  /** The key's name. */
  readonly key: string;
  readonly ciphertext: string;
}

/** Literal text, a reference, or null: one that is not written as references are. */
export type ReferencePart = string | SecretReference | null;

export type ReferringText =
  /** `{vault}:path#key`: the value as a whole. */
  | { readonly kind: 'whole'; readonly reference: SecretReference | null }
  /** `{transit:key}vault:v1:…`: the value as a whole. */
  | { readonly kind: 'transit'; readonly sealed: TransitText | null }
  /** `${vault:path#key}`, any number of them within a text. */
  | { readonly kind: 'within'; readonly parts: readonly ReferencePart[] };

const wholeMark = '{vault}';
const transitMark = '{transit:';
const innerMark = '${vault:';

/** The references of a property's value; undefined where it has none. */
export function parseReferences(value: string): ReferringText | undefined {
  if (value.startsWith(wholeMark)) {
    const rest = value.slice(wholeMark.length);
    return { kind: 'whole', reference: rest.startsWith(':') ? parseReference(rest.slice(1)) : null };
  }
  if (value.startsWith(transitMark)) return { kind: 'transit', sealed: parseTransit(value) };
  const parts = referenceParts(value);
  return parts === undefined ? undefined : { kind: 'within', parts };
}

/**
 * A text at its references `${vault:path#key}`; undefined where it has none. One without `#` is a placeholder, and one
 * behind a backslash is literal: both stay in the text as they are.
 */
export function referenceParts(text: string): readonly ReferencePart[] | undefined {
  if (!text.includes(innerMark)) return undefined;
  const parts: ReferencePart[] = [];
  let position = 0;
  for (const { start, end } of referenceSpans(text)) {
    // Within one that stands before it.
    if (start < position) continue;
    if (start > position) parts.push(text.slice(position, start));
    parts.push(parseReference(text.slice(start + innerMark.length, end)));
    position = end + 1;
  }
  if (position === 0) return undefined;
  if (position < text.length) parts.push(text.slice(position));
  return parts;
}

interface Span {
  readonly start: number;
  /** Of the closing brace. */
  readonly end: number;
}

/** In the order of their starts. Braces pair as those of placeholders do. One pass, whatever the text. */
function referenceSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  const open: number[] = [];
  let sharp = -1;
  for (const { 0: found, index } of text.matchAll(/[{}#]/g)) {
    if (found === '#') sharp = index;
    else if (found === '{') open.push(index - 1);
    else {
      const start = open.pop() ?? -1;
      if (sharp > start && isMarked(text, start)) spans.push({ start, end: index });
    }
  }
  return spans.sort((left, right) => left.start - right.start);
}

function isMarked(text: string, start: number): boolean {
  return start >= 0 && text.startsWith(innerMark, start) && text.charAt(start - 1) !== '\\';
}

function parseTransit(value: string): TransitText | null {
  const [, key = '', ciphertext = ''] = /^\{transit:([^{}]+)\}(.+)$/s.exec(value) ?? [];
  return ciphertext === '' ? null : { key, ciphertext };
}

/** `path#key` and `path?version=3#key`; what stands behind a second `#` is left out, as in the reference server. */
function parseReference(written: string): SecretReference | null {
  const [place = '', key = ''] = written.split('#');
  if (place === '' || key === '' || /\$\{/.test(written)) return null;
  const [, path = '', , digits] = /^([^?]+)(\?version=([1-9]\d{0,8}))?$/.exec(place) ?? [];
  return path === '' ? null : { path, pin: digits === undefined ? null : Number(digits), key };
}
