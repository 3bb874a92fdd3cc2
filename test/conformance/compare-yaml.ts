import { parseDocument } from 'yaml';
import type { Exchange } from './scenario.js';

/** Compares two YAML texts by their meaning under YAML 1.1, keys in the same order unless `anyOrder` is set. */
export function compareYaml(
  recorded: string,
  text: string,
  { anyOrder = false, looseScalars = false }: Pick<Exchange, 'anyOrder' | 'looseScalars'>,
): string | undefined {
  try {
    const wanted = meaning(recorded, { anyOrder, looseScalars });
    const got = meaning(text, { anyOrder, looseScalars });
    return wanted === got ? undefined : `YAML means ${firstDifference(got, wanted)}`;
  } catch (error) {
    return `YAML does not parse: ${(error as Error).message.slice(0, 80)}`;
  }
}

interface MeaningOptions {
  readonly anyOrder: boolean;
  readonly looseScalars: boolean;
}

function meaning(text: string, options: MeaningOptions): string {
  const document = parseDocument(text, { version: '1.1', intAsBigInt: true });
  const [error] = document.errors;
  if (error) throw error;
  return canonical(document.toJS({ mapAsMap: true }), options);
}

// One text a value: two values mean the same where their texts are equal.
function canonical(value: unknown, options: MeaningOptions): string {
  if (value instanceof Map) return canonicalMap(value as Map<unknown, unknown>, options);
  if (Array.isArray(value)) return `[${value.map((element) => canonical(element, options)).join(', ')}]`;
  if (options.looseScalars) return JSON.stringify(String(value));
  return `${typeOf(value)} ${JSON.stringify(String(value))}`;
}

function canonicalMap(map: Map<unknown, unknown>, options: MeaningOptions): string {
  const members = [...map].map(([key, member]) => `${canonical(key, options)}: ${canonical(member, options)}`);
  return `{${(options.anyOrder ? members.toSorted() : members).join(', ')}}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return value instanceof Date ? 'date' : typeof value;
}

function firstDifference(got: string, wanted: string): string {
  let at = 0;
  while (at < wanted.length && got[at] === wanted[at]) at += 1;
  const from = Math.max(0, at - 30);
  return `…${got.slice(from, from + 70)} instead of …${wanted.slice(from, from + 70)}`;
}
