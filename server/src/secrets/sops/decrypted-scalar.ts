import { yamlTag } from '../../core/documents/nodes.js';
import { goFloat } from './go-numbers.js';

/** A decrypted value as a scalar of YAML, and what it counts for in the MAC. */
export interface DecryptedScalar {
  readonly tag: string;
  readonly text: string;
  readonly macBytes: Uint8Array;
}

type Read = (bytes: Uint8Array) => DecryptedScalar | undefined;

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['str', readText],
  ['bytes', readText],
  // A date is a text to Spring Boot, as it is where it was never encrypted.
  ['time', readText],
  ['int', (bytes) => readInteger(latin1(bytes))],
  ['float', (bytes) => readFloat(latin1(bytes))],
  ['bool', (bytes) => readBoolean(latin1(bytes))],
]);

/** The value of `bytes` by their `type`; undefined where SOPS would not have written it. */
export function decryptedScalar(bytes: Uint8Array, type: string): DecryptedScalar | undefined {
  return readers.get(type)?.(bytes);
}

function readText(bytes: Uint8Array): DecryptedScalar {
  const text = Buffer.from(bytes).toString();
  // What is no text was `!!binary` before it was encrypted.
  if (Buffer.from(text).equals(bytes)) return { tag: `${yamlTag}str`, text, macBytes: bytes };
  return { tag: `${yamlTag}binary`, text: Buffer.from(bytes).toString('base64'), macBytes: bytes };
}

function readInteger(text: string): DecryptedScalar | undefined {
  if (!/^[-+]?\d{1,19}$/.test(text)) return undefined;
  const value = String(BigInt(text.replace('+', '')));
  return { tag: `${yamlTag}int`, text: value, macBytes: Buffer.from(value) };
}

const unusual: ReadonlyMap<string, string> = new Map([
  ['+Inf', '.inf'],
  ['-Inf', '-.inf'],
  ['NaN', '.nan'],
]);

function readFloat(text: string): DecryptedScalar | undefined {
  const tag = `${yamlTag}float`;
  const name = unusual.get(text);
  if (name !== undefined) return { tag, text: name, macBytes: Buffer.from(text) };
  if (text.length > 1024 || !/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return undefined;
  const value = goFloat(Number(text));
  return { tag, text: value, macBytes: Buffer.from(value) };
}

function readBoolean(text: string): DecryptedScalar | undefined {
  const word = text.toLowerCase();
  if (word !== 'true' && word !== 'false') return undefined;
  return { tag: `${yamlTag}bool`, text: word, macBytes: Buffer.from(word === 'true' ? 'True' : 'False') };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
