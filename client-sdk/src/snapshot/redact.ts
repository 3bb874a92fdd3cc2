import type { MarkedProperties, MarkedScalar } from '../values/index.js';

/** Shorter ones would take words apart, and tell by the gaps what they were. */
const shortest = 4;
/** Of a secret that is looked for in pieces. */
const mostCharacters = 10_000;

/** `text` without the secrets of `properties`: for what others worded, who may have had them in plain. */
export function withoutSecrets(text: string, ...properties: readonly MarkedProperties[]): string {
  const texts = new Set<string>();
  for (const { value, secret } of properties.flatMap((each) => [...each.values()])) {
    if (secret === true) for (const form of formsOf(String(value))) texts.add(form);
  }
  return withoutTexts(text, texts, shortest);
}

/** `text` without those of `texts` that have `least` characters. */
export function withoutTexts(text: string, texts: Iterable<string>, least: number): string {
  // The longest first: one may be part of another.
  return Array.from(texts)
    .filter((each) => each.length >= least)
    .sort((left, right) => right.length - left.length)
    .reduce((rest, each) => rest.replaceAll(each, '…'), text);
}

/** A text, and as it stands in JSON. */
export function formsOf(text: string): readonly string[] {
  return [text, JSON.stringify(text).slice(1, -1)];
}

/** Whether `text` has a piece of a secret in it; of one cut short, say, or in other case. */
export function hasPieceOf(text: string, { value }: MarkedScalar): boolean {
  const pieces = new Set(piecesOf(text));
  return piecesOf(String(value).slice(0, mostCharacters)).some((piece) => pieces.has(piece));
}

function piecesOf(text: string): readonly string[] {
  const lower = text.toLowerCase();
  return Array.from({ length: Math.max(0, lower.length - shortest + 1) }, (_, at) => lower.slice(at, at + shortest));
}

/** The text of what the service's own code threw. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
