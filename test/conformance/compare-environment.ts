import { differ } from './differ.js';
import { exactMember, type ExactJson } from './exact-json.js';
import type { Place } from './place.js';

const echoed = ['name', 'profiles', 'label', 'version', 'state'];

export function compareEnvironment(recorded: ExactJson, value: ExactJson, place: Place): string | undefined {
  if (!(value instanceof Map)) return 'not an environment';
  for (const name of echoed) {
    const member = exactMember(value, name);
    if (member === undefined) return `${name} is missing`;
    const difference = differ(name, exactMember(recorded, name) ?? null, member);
    if (difference !== undefined) return difference;
  }
  return compareSources(sourcesOf(recorded), sourcesOf(value), place);
}

function compareSources(
  recorded: readonly ExactJson[],
  value: readonly ExactJson[],
  { uris }: Place,
): string | undefined {
  const wanted = recorded.map((source) => sourcePlace(source, uris));
  const names = value.map((source) => sourcePlace(source, uris));
  if (wanted.join('\n') !== names.join('\n')) return `sources [${names.join(', ')}] instead of [${wanted.join(', ')}]`;
  return differ('source', recorded.map(propertiesOf), value.map(propertiesOf));
}

function sourcesOf(environment: ExactJson): readonly ExactJson[] {
  return (exactMember(environment, 'propertySources') ?? []) as readonly ExactJson[];
}

function propertiesOf(source: ExactJson): ExactJson {
  return exactMember(source, 'source') ?? null;
}

const documentNumber = /\s*(\(document #\d+\))$/;
const longName = /Config resource '(?:file|class path resource|URL) \[(.*?)\]?' via location '.*?'$/;

/** What a name says: the path under the repository's URI and the document's number; the rest is the reference's wording. */
function sourcePlace(source: ExactJson, uris: readonly string[]): string {
  const name = exactMember(source, 'name');
  if (typeof name !== 'string') return '(no name)';
  const [, number = ''] = documentNumber.exec(name) ?? [];
  const short = name.replace(documentNumber, '');
  const body = longName.exec(short)?.[1] ?? short;
  const root = uris.flatMap(spellings).find((uri) => body.startsWith(`${uri}/`));
  return `${root === undefined ? body : body.slice(root.length + 1)} ${number}`.trimEnd();
}

function spellings(uri: string): string[] {
  const path = uri.replace(/^file:(\/\/)?/, '');
  return [`file://${path}`, `file:${path}`, path];
}
