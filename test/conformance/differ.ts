import { ExactNumber, type ExactJson } from './exact-json.js';

/** The first difference between two JSON values, in words; the order of an object's members does not count. */
export function differ(path: string, recorded: ExactJson, value: ExactJson): string | undefined {
  if (recorded instanceof Map && value instanceof Map) {
    return differInMembers(path, recorded as JsonObject, value as JsonObject);
  }
  if (Array.isArray(recorded) && Array.isArray(value)) {
    return differInElements(path, recorded as JsonArray, value as JsonArray);
  }
  const equal =
    recorded instanceof ExactNumber && value instanceof ExactNumber ? recorded.equals(value) : recorded === value;
  return equal ? undefined : `${path}: ${show(value)} instead of ${show(recorded)}`;
}

type JsonObject = ReadonlyMap<string, ExactJson>;
type JsonArray = readonly ExactJson[];

function differInMembers(path: string, recorded: JsonObject, value: JsonObject): string | undefined {
  for (const [name, wanted] of recorded) {
    const got = value.get(name);
    if (got === undefined) return `${path}.${name} is missing`;
    const difference = differ(`${path}.${name}`, wanted, got);
    if (difference !== undefined) return difference;
  }
  const more = [...value.keys()].filter((name) => !recorded.has(name));
  return more.length > 0 ? `${path} has more: ${more.slice(0, 3).join(', ')}` : undefined;
}

function differInElements(path: string, recorded: JsonArray, value: JsonArray): string | undefined {
  if (recorded.length !== value.length) return `${path} has ${value.length} elements, not ${recorded.length}`;
  for (const [at, wanted] of recorded.entries()) {
    const difference = differ(`${path}[${at}]`, wanted, value[at] ?? null);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function show(value: ExactJson): string {
  if (value instanceof ExactNumber) return value.text;
  if (value instanceof Map) return 'an object';
  return JSON.stringify(value).slice(0, 80);
}
