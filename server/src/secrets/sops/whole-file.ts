import { yamlTag } from '../../core/documents/nodes.js';
import type { ContentNode, ScalarNode } from '../../core/documents/nodes.js';
import { parseFile, type ParsedDocument, type ParsedFile } from '../../core/documents/parse-file.js';
import { invalidFile, type Source } from '../../core/documents/source.js';

/**
 * The `.properties` file that was encrypted whole: the value `data` of the one document.
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function readWholeFile(source: Source, documents: readonly ContentNode[]): ParsedFile {
  const data = wholeValue(documents);
  if (data === undefined)
    throw invalidFile(source.file, 'it is encrypted by SOPS, and has not `data` as its one value');
  const bytes = Buffer.from(data.text, data.tag === `${yamlTag}binary` ? 'base64' : 'utf8');
  const parsed = parseFile(source.file, bytes, source.limits);
  return { ...parsed, documents: parsed.documents.map(asSecret) };
}

function wholeValue([document, ...more]: readonly ContentNode[]): ScalarNode | undefined {
  const [entry, ...others] = document?.kind === 'mapping' ? document.entries : [];
  if (entry === undefined || more.length + others.length > 0) return undefined;
  const isData = entry.key.kind === 'scalar' && entry.key.text === 'data';
  return isData && entry.value.kind === 'scalar' ? entry.value : undefined;
}

/** All of it was secret, and its lines are none of the file that is there. */
function asSecret({ index, properties }: ParsedDocument): ParsedDocument {
  return { index, properties: new Map([...properties].map(([key, { value }]) => [key, { value, secret: true }])) };
}
