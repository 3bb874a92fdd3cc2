import { composeDocuments } from './compose.js';
import { decodeYaml } from './decode.js';
import type { DocumentLimits } from './limits.js';
import type { YamlNode } from './nodes.js';
import { parseProperties } from './properties-file.js';

type Reader = (path: string, text: string, limits: DocumentLimits) => readonly string[];

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['json', (_path, text) => jsonValues(text)],
  ['properties', propertiesValues],
  ['yaml', yamlValues],
  ['yml', yamlValues],
]);

/**
 * The texts that stand as values in a file, told by the ending of `path`; undefined for files of other kinds.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function stringValues(path: string, text: string, limits: DocumentLimits): readonly string[] | undefined {
  return readers.get(/\.([^./]+)$/.exec(path)?.[1] ?? '')?.(path, text, limits);
}

function propertiesValues(path: string, text: string, limits: DocumentLimits): readonly string[] {
  return parseProperties(path, new TextEncoder().encode(text), limits).flatMap((properties) =>
    [...properties.values()].map(({ value }) => String(value)),
  );
}

function yamlValues(path: string, text: string, limits: DocumentLimits): readonly string[] {
  const source = decodeYaml(path, new TextEncoder().encode(text), limits);
  return Array.from(composeDocuments(source)).flatMap((root) => scalarTexts(root));
}

function scalarTexts(node: YamlNode): readonly string[] {
  switch (node.kind) {
    case 'scalar':
      return [node.text];
    case 'sequence':
      return node.items.flatMap(scalarTexts);
    case 'mapping':
      return node.entries.flatMap(({ value }) => scalarTexts(value));
    case 'alias':
      // Its target has been seen.
      return [];
  }
}

const jsonString = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/gs;

/** Without parsing it whole: nobody asks whether the file is right. */
function jsonValues(text: string): readonly string[] {
  return Array.from(text.matchAll(jsonString), ([whole, , isKey]) => (isKey === undefined ? unquoted(whole) : ''));
}

function unquoted(string: string): string {
  try {
    return String(JSON.parse(string));
  } catch {
    return '';
  }
}
