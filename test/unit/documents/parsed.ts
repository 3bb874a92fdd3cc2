import type { Scalar } from 'cairn-config-client/values';
import { defaultDocumentLimits, type DocumentLimits } from '#server/core/documents/limits.js';
import { parseFile, type ParsedFile } from '#server/core/documents/parse-file.js';
import { isConfigServerError } from '#server/core/errors.js';
import { expectError } from '../../support/expect-error.js';

type Content = string | Uint8Array;

/** Parses `content` as a file; text as UTF-8. */
export function parsed(content: Content, path = 'app.yml', limits: Partial<DocumentLimits> = {}): ParsedFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return parseFile(path, bytes, { ...defaultDocumentLimits, ...limits });
}

/** The values of each document, in order. */
export function documents(content: Content, path = 'app.yml'): readonly (readonly (readonly [string, Scalar])[])[] {
  return parsed(content, path).documents.map(({ properties }) =>
    [...properties].map(([key, { value }]) => [key, value]),
  );
}

/** The values of the one document. */
export function values(content: Content, path = 'app.yml'): readonly (readonly [string, Scalar])[] {
  const [only, ...more] = documents(content, path);
  if (more.length > 0) throw new Error('more than one document');
  return only ?? [];
}

/** The value that `text` has as the value of a YAML key. */
export function valueOf(text: string): Scalar | undefined {
  return values(`key: ${text}\n`)[0]?.[1];
}

/** `key origin` of each property. */
export function origins(content: Content, path = 'app.yml'): readonly string[] {
  return parsed(content, path).documents.flatMap(({ properties }) =>
    [...properties].map(([key, { origin }]) => `${key} ${String(origin)}`),
  );
}

/** Expects CONFIG_FILE_INVALID, and returns what the client sees of it. */
export async function invalid(
  content: Content,
  path = 'app.yml',
  limits: Partial<DocumentLimits> = {},
): Promise<{ readonly line: number | undefined; readonly column: number | undefined; readonly message: string }> {
  const error = await expectError('CONFIG_FILE_INVALID', () => parsed(content, path, limits));
  const position = isConfigServerError(error) ? error.position : undefined;
  return { line: position?.line, column: position?.column, message: error.message };
}
