import type { Property } from '../../core/environment.js';
import type { ParsedFile } from '../../core/documents/parse-file.js';

/** Names of the keys whose values are not the same in two files, sorted; a file that is not there has none. */
export function changedKeys(before: ParsedFile | undefined, after: ParsedFile | undefined): string[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].filter((name) => old.get(name) !== now.get(name)).sort();
}

/** Each key with its values in all documents of the file, as one text. */
function valuesOf(file: ParsedFile | undefined): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { index, properties } of file?.documents ?? [])
    for (const [key, property] of properties)
      values.set(key, `${values.get(key) ?? ''}\n${index} ${valueText(property)}`);
  return values;
}

function valueText({ value }: Property): string {
  return `${typeof value} ${JSON.stringify(String(value))}`;
}
