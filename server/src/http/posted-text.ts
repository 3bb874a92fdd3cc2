import { ConfigServerError } from '../core/errors.js';
import { parsePrefixes, writePrefixes } from '../secrets/cipher-text.js';
import { fromBase64, fromHex } from '../secrets/encodings.js';

export type Posted = 'plain' | 'cipher';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const TEXT_TYPE = 'text/plain';

/**
 * The text that a client meant who posted `body`. A body that is not plain text and looks like a form (as curl sends it) is
 * taken out of it, as the reference server does.
 * @throws ConfigServerError CONFIG_BODY_INVALID
 */
export function postedText(body: Buffer, contentType: string, posted: Posted): string {
  const { type, charset } = mediaType(contentType);
  const text = decoded(body, charset);
  if (text === '') throw invalid('The request has no body; the text to work on is the body.');
  if (type === TEXT_TYPE || !(type === FORM_TYPE || text.endsWith('='))) return text;
  return posted === 'cipher' ? cipherInForm(text) : plainInForm(text, type === FORM_TYPE);
}

function mediaType(contentType: string): { readonly type: string; readonly charset: string } {
  const [, type] = /^\s*([\w.+-]+\/[\w.+-]+)\s*(?:;.*)?$/.exec(contentType) ?? [];
  if (type === undefined) throw invalid('The request needs a Content-Type, such as text/plain.');
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)"?/i.exec(contentType)?.[1];
  return { type: type.toLowerCase(), charset: charset ?? 'utf-8' };
}

function decoded(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw invalid('The body is not text in the charset of its Content-Type (UTF-8 where it names none).');
  }
}

/** curl sends `secret` or `secret=`; an equals sign elsewhere is the text's own. */
function plainInForm(text: string, isForm: boolean): string {
  const isNameOnly = text.endsWith('=') && (!isForm || text.indexOf('=') === text.length - 1);
  const plain = fromForm(isNameOnly ? text.slice(0, -1) : text);
  if (plain === '') throw invalid('The form has no text.');
  return plain;
}

/** Blanks were plus signs; a last equals sign is the form's where the rest alone is a ciphertext. */
function cipherInForm(text: string): string {
  const { prefixes, rest } = parsePrefixes(fromForm(text));
  const cipher = rest.replaceAll(' ', '+');
  return writePrefixes(prefixes) + (hasSurplus(cipher) ? cipher.slice(0, -1) : cipher);
}

function hasSurplus(cipher: string): boolean {
  if (!cipher.endsWith('=') || cipher.length % 2 === 0) return false;
  const rest = cipher.slice(0, -1);
  return fromHex(rest) !== undefined || fromBase64(rest) !== undefined;
}

function fromForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid('The form has a broken percent encoding. Send the text with Content-Type: text/plain.');
  }
}

function invalid(message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_BODY_INVALID', message);
}
