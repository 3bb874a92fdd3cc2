import { malformed } from './malformed.js';

/** One element of ASN.1 in DER, or in the BER that Windows and Mozilla write. */
export interface Der {
  /** The identifier: class, constructed bit and number in one byte. */
  readonly tag: number;
  readonly content: Buffer;
  /** Of a constructed element, else empty. */
  readonly children: readonly Der[];
}

export const tags = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** [0], constructed. */
  context0: 0xa0,
} as const;

const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;
const DEPTH = 32;

interface Read {
  readonly element: Der;
  readonly end: number;
}

/** The one element that `bytes` are. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function readDer(bytes: Buffer): Der {
  const { element, end } = readElement(bytes, 0, DEPTH);
  if (end !== bytes.length) throw malformed('something follows its end');
  return element;
}

function readElement(bytes: Buffer, start: number, depth: number): Read {
  if (depth === 0) throw malformed('its parts are nested too deeply');
  const tag = byteAt(bytes, start);
  if ((tag & 0x1f) === 0x1f) throw malformed('it has a tag of an unknown form');
  if (byteAt(bytes, start + 1) === INDEFINITE) return readIndefinite(bytes, tag, start + 2, depth);
  const { length, from } = readLength(bytes, start + 1);
  const end = from + length;
  if (end > bytes.length) throw malformed('a part is longer than the file');
  const content = bytes.subarray(from, end);
  return { element: { tag, content, children: isConstructed(tag) ? readAll(content, depth - 1) : [] }, end };
}

function readAll(content: Buffer, depth: number): Der[] {
  const elements: Der[] = [];
  for (let at = 0; at < content.length;) {
    const { element, end } = readElement(content, at, depth);
    elements.push(element);
    at = end;
  }
  return elements;
}

/** Up to two zero bytes where an element would begin. */
function readIndefinite(bytes: Buffer, tag: number, from: number, depth: number): Read {
  if (!isConstructed(tag)) throw malformed('a simple part has no length');
  const children: Der[] = [];
  let at = from;
  while (byteAt(bytes, at) !== 0 || byteAt(bytes, at + 1) !== 0) {
    const { element, end } = readElement(bytes, at, depth - 1);
    children.push(element);
    at = end;
  }
  return { element: { tag, content: bytes.subarray(from, at), children }, end: at + 2 };
}

function readLength(bytes: Buffer, at: number): { length: number; from: number } {
  const first = byteAt(bytes, at);
  if (first < INDEFINITE) return { length: first, from: at + 1 };
  const count = first - INDEFINITE;
  if (count > 4) throw malformed('a part has a length past any file');
  let length = 0;
  for (let i = 1; i <= count; i += 1) length = length * 256 + byteAt(bytes, at + i);
  return { length, from: at + 1 + count };
}

function isConstructed(tag: number): boolean {
  return (tag & CONSTRUCTED) !== 0;
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw malformed('it ends within a part');
  return byte;
}

/** The child at `index`, which must be of `tag`; octets may come in pieces. */
export function child(parent: Der, index: number, tag: number): Der {
  const found = parent.children[index];
  const isPieces = tag === tags.octets && found?.tag === (tag | CONSTRUCTED);
  if (found === undefined || (found.tag !== tag && !isPieces))
    throw malformed('a part is not of the kind that belongs there');
  return found;
}

/** The bytes of an octet string, `[0]` octets included, whole or in pieces. */
export function octets(element: Der): Buffer {
  if (element.children.length === 0) return element.content;
  return Buffer.concat(element.children.map(octets));
}

/** A number from 0 to `max`. */
export function numberOf(element: Der, max: number): number {
  const { content } = element;
  if (content.length > 6 || content.length === 0) throw malformed('a number is past what is taken');
  const value = content.readIntBE(0, content.length);
  if (value < 0 || value > max) throw malformed(`a number is past what is taken (0 to ${max})`);
  return value;
}

/** `1.2.840.113549.1.7.1`. */
export function oidOf(element: Der): string {
  if (element.tag !== tags.oid || element.content.length === 0) throw malformed('a part is not an object identifier');
  const numbers: number[] = [];
  let value = 0;
  for (const byte of element.content) {
    value = value * 128 + (byte & 0x7f);
    if (value > 0xffffffff) throw malformed('an object identifier is too long');
    if ((byte & 0x80) !== 0) continue;
    numbers.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}
