import { ConfigServerError } from '../core/errors.js';

/** A request target after the forms that no route takes have been refused. */
export interface Target {
  /** Still percent-encoded, without path parameters (`;jsessionid=…`). Each segment decodes. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * Takes a request target apart.
 * @throws ConfigServerError CONFIG_NAME_INVALID for encoded slashes, backslashes, control characters, dot segments,
 * broken percent encoding, fragments and bytes outside ASCII: refused before any backend is asked.
 */
export function parseTarget(raw: string): Target {
  const origin = originForm(raw);
  const question = origin.indexOf('?');
  const path = question < 0 ? origin : origin.slice(0, question);
  if (!path.startsWith('/')) throw refuse('has no path', 'a path that begins with /');
  const segments = path.split('/').map(checkSegment);
  return { path: segments.join('/'), query: new URLSearchParams(question < 0 ? '' : origin.slice(question + 1)) };
}

/** `http://host/path` (RFC 9112 §3.2.2) → `/path`. */
export function originForm(raw: string): string {
  if (raw.startsWith('/')) return raw;
  const absolute = /^https?:\/\/[^/?#]*/i.exec(raw);
  if (absolute === null) return raw;
  const rest = raw.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function checkSegment(raw: string): string {
  const segment = withoutParameters(raw);
  if (!segment.includes('%') && isPlain(segment)) return segment;
  const decoded = decode(segment);
  if (/[/\\]/.test(decoded)) throw refuse('has an encoded slash or a backslash', '(_) for a slash in a name');
  if (/\p{Cc}/u.test(decoded)) throw refuse('has a control character', 'none');
  if (decoded === '.' || decoded === '..') throw refuse('has a dot segment', 'none');
  if (/[^\x21-\x7e]/.test(segment) || segment.includes('#'))
    throw refuse('has a character that must be encoded', 'none');
  return plainLetters(segment);
}

/** An encoded letter is that letter (RFC 3986 §6.2.2.2): `/%65ncrypt` is `/encrypt`, not an application's name. */
function plainLetters(segment: string): string {
  return segment.replace(/%(?:3\d|[46][1-9a-f]|[57][0-9a])/gi, (escape) => decodeURIComponent(escape));
}

/** The usual segment, told by one look. */
function isPlain(segment: string): boolean {
  return /^[\w$()*+,.:@~-]*$/.test(segment) && segment !== '.' && segment !== '..';
}

function withoutParameters(segment: string): string {
  const semicolon = segment.indexOf(';');
  return semicolon < 0 ? segment : segment.slice(0, semicolon);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw refuse('has a broken percent encoding', 'UTF-8 in percent encoding');
  }
}

function refuse(what: string, instead: string): ConfigServerError {
  const hint = instead === 'none' ? '' : ` Use ${instead}.`;
  return new ConfigServerError('CONFIG_NAME_INVALID', `The request path ${what}.${hint}`);
}
