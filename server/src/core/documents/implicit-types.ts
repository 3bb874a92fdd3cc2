import { Float, type Scalar } from 'cairn-config-client/values';

// SnakeYAML's resolver for YAML 1.1, without timestamps: dates stay text, as Spring Boot reads them.
const boolean = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const integer = new RegExp(
  '^(?:[-+]?0b_*[01][01_]*|[-+]?0_*[0-7][0-7_]*|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*' +
    '|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$',
);
const float = new RegExp(
  '^(?:[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+' +
    '|[-+]?\\.[0-9_]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*' +
    '|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN))$',
);
const nothing = /^(?:~|null|Null|NULL| )?$/;

const truths: ReadonlySet<string> = new Set(['yes', 'true', 'on']);
const falsehoods: ReadonlySet<string> = new Set(['no', 'false', 'off']);

/** SnakeYAML leaves longer texts as they are, which also bounds the cost of making a number. */
export const longestNumber = 1024;
const longestWord = 10;

/** The value of a text written without quotes and tag; undefined where it looks like a number and is none (`._`). */
export function implicitScalar(text: string): Scalar | undefined {
  if (text.length <= longestWord) {
    if (nothing.test(text)) return null;
    if (boolean.test(text)) return readBoolean(text);
  }
  if (text.length > longestNumber || !/^[-+.0-9]/.test(text)) return text;
  if (integer.test(text)) return readInteger(text);
  return float.test(text) ? readFloat(text) : text;
}

/** A boolean in any case; undefined where `text` is none. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (truths.has(word)) return true;
  return falsehoods.has(word) ? false : undefined;
}

/** An integer in any of YAML 1.1's notations, exactly; undefined where `text` is none. */
export function readInteger(text: string): bigint | undefined {
  const { negative, digits } = unsigned(text);
  const magnitude = digits.includes(':') ? readBase60(digits) : readBased(digits);
  return magnitude === undefined || !negative ? magnitude : -magnitude;
}

function unsigned(text: string): { negative: boolean; digits: string } {
  const plain = text.replaceAll('_', '');
  return { negative: plain.startsWith('-'), digits: plain.replace(/^[-+]/, '') };
}

function readBased(digits: string): bigint | undefined {
  if (/^0b[01]+$/.test(digits) || /^0x[0-9a-fA-F]+$/.test(digits)) return BigInt(digits);
  if (digits.length > 1 && digits.startsWith('0')) {
    return /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : undefined;
  }
  return /^[0-9]+$/.test(digits) ? BigInt(digits) : undefined;
}

function readBase60(digits: string): bigint | undefined {
  const places = digits.split(':');
  if (!places.every((place) => /^[0-9]+$/.test(place))) return undefined;
  return places.reduce((sum, place) => sum * 60n + BigInt(place), 0n);
}

/** A float in any of YAML 1.1's notations; undefined where `text` is none. */
export function readFloat(text: string): Float | undefined {
  const { negative, digits } = unsigned(text);
  const magnitude = readMagnitude(digits.toLowerCase());
  if (magnitude === undefined) return undefined;
  return new Float(negative ? -magnitude : magnitude);
}

function readMagnitude(digits: string): number | undefined {
  if (digits === '.inf') return Infinity;
  if (digits === '.nan') return NaN;
  if (digits.includes(':')) return readFloatBase60(digits);
  return isDecimal(digits) ? Number(digits) : undefined;
}

function readFloatBase60(digits: string): number | undefined {
  const places = digits.split(':');
  return places.every(isDecimal) ? places.reduce((sum, place) => sum * 60 + Number(place), 0) : undefined;
}

function isDecimal(digits: string): boolean {
  return /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(digits);
}
