import { randomBytes } from 'node:crypto';

/** Texts that are in one place each, and found in whatever form they come out somewhere else. */
export interface Canaries {
  /** A new canary, or this text as one. */
  mint(kind: string, text?: string): string;
  /** The kinds of the canaries that are in `text`, as they are or as base64, hexadecimal, URL-encoded or escaped for JSON. */
  in(text: string | Uint8Array): readonly string[];
}

/** In each that is minted here, so that a look for its forms finds where to look closer. */
const mark = 'canaryq7x4zk';

export function createCanaries(): Canaries {
  const kinds = new Map<string, readonly string[]>();
  const minted = new Set<string>();
  const marks = formsOf(mark);
  const isIn = (text: string, forms: readonly string[]): boolean => forms.some((form) => text.includes(form));
  return {
    mint(kind, given) {
      const text = given ?? `${mark}-${kind.replaceAll(' ', '-')}-${randomBytes(6).toString('hex')}`;
      if (given === undefined) minted.add(kind);
      kinds.set(kind, formsOf(text));
      return text;
    },
    in(bytes) {
      const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
      const some = isIn(text, marks);
      const found = [...kinds].filter(([kind, forms]) => (some || !minted.has(kind)) && isIn(text, forms));
      // What has the mark and none of the kinds is a canary all the same, cut off.
      return found.length === 0 && some ? ['part of a canary'] : found.map(([kind]) => kind).sort();
    },
  };
}

/** `text` in the forms it may come out in; base64 at each of the three places where it may begin within a longer text. */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString('hex');
  const json = JSON.stringify(text).slice(1, -1);
  const base64 = [0, 1, 2].map((before) => withinBase64(bytes, before));
  const hexOf = (code: number, length: number): string => code.toString(16).padStart(length, '0');
  const all = [
    text,
    bytes.toString('latin1'),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    encodeURIComponent(text),
    new URLSearchParams([['', text]]).toString().slice(1),
    [...bytes].map((byte) => `%${hexOf(byte, 2)}`).join(''),
    json,
    JSON.stringify(json).slice(1, -1),
    Array.from(text, (_, at) => `\\u${hexOf(text.charCodeAt(at), 4)}`).join(''),
    Array.from(text).reverse().join(''),
  ];
  return [...new Set(all)];
}

/** The digits that stand for `bytes` alone, whatever is around them. */
function withinBase64(bytes: Uint8Array, before: number): string {
  const digits = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const isWhole = (before + bytes.length) % 3 === 0;
  return digits.slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
}
