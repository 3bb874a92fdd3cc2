import type { JsonObject } from './webhook.js';

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at a path of own names; undefined where there is none. */
export function memberAt(value: unknown, ...names: readonly string[]): unknown {
  let member = value;
  for (const name of names) {
    if (!isJsonObject(member) || !Object.hasOwn(member, name)) return undefined;
    member = member[name];
  }
  return member;
}

export function textAt(value: unknown, ...names: readonly string[]): string | undefined {
  const member = memberAt(value, ...names);
  return typeof member === 'string' && member !== '' ? member : undefined;
}

export function listAt(value: unknown, ...names: readonly string[]): readonly unknown[] | undefined {
  const member = memberAt(value, ...names);
  return Array.isArray(member) ? member : undefined;
}
