import type { DocumentLimits } from './limits.js';
import { createSource, invalidAt, invalidFile, type Source } from './source.js';

/** Characters that YAML 1.1 does not allow in a stream. */
const notPrintable = /[^\t\n\x20-\x7E\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Refuses a file past the limit before anything is made of it. */
export function checkSize(file: string, bytes: Uint8Array, limits: DocumentLimits): void {
  if (bytes.length <= limits.bytes) return;
  throw invalidFile(file, `it has ${bytes.length} bytes, and at most ${limits.bytes} are read`);
}

/** The text of a YAML file: UTF-8, a byte order mark dropped, line breaks as `\n`. */
export function decodeYaml(file: string, bytes: Uint8Array, limits: DocumentLimits): Source {
  checkSize(file, bytes, limits);
  const source = createSource(file, breaksAsLineFeeds(decodeUtf8(file, bytes, limits)), limits);
  const bad = notPrintable.exec(source.text);
  if (bad !== null) throw invalidAt(source, bad.index, 'a control character is not allowed in YAML');
  return source;
}

function decodeUtf8(file: string, bytes: Uint8Array, limits: DocumentLimits): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lossy = createSource(file, breaksAsLineFeeds(new TextDecoder('utf-8').decode(bytes)), limits);
    throw invalidAt(lossy, lossy.text.indexOf('\uFFFD'), 'it is not UTF-8');
  }
}

function breaksAsLineFeeds(text: string): string {
  return text.replace(/\r\n?|\u0085/gu, '\n');
}

/** The text of a `.properties` file: ISO-8859-1, so each byte is a character. */
export function decodeLatin1(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    chunks.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return chunks.join('');
}
