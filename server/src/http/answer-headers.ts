import type { Freshness } from '../environments/freshness.js';
import type { Provenance, Representation } from './representation.js';

/** Header names and values in turn, as `writeHead` takes them. */
export type RawHeaders = string[];

const COMMON: readonly string[] = [
  'Cache-Control',
  'no-cache, private',
  'Vary',
  'Accept, Accept-Encoding, Authorization, X-Config-Token, X-Config-Instance',
];

export interface AnswerHead {
  readonly representation: Pick<Representation, 'contentType' | 'etag' | 'lastModified'>;
  readonly provenance: Provenance;
  readonly freshness: Freshness;
}

/** What 200 and 304 have in common. Both lanes take their headers from here. */
function validatorHeaders({ representation, provenance, freshness }: AnswerHead): RawHeaders {
  const headers = [...COMMON, 'ETag', representation.etag, 'X-Config-Digest', provenance.digest];
  const version = versionText(provenance);
  if (version !== null) headers.push('X-Config-Version', headerText(version));
  if (freshness.ageSeconds !== null) headers.push('X-Config-Age', String(freshness.ageSeconds));
  if (provenance.isOlder || freshness.isStale) headers.push('X-Config-Stale', 'true');
  if (provenance.withheldKeys > 0) headers.push('X-Config-Withheld', String(provenance.withheldKeys));
  if (representation.lastModified !== undefined) headers.push('Last-Modified', httpDate(representation.lastModified));
  return headers;
}

/** Headers of a 304. */
export function notModifiedHeaders(head: AnswerHead): RawHeaders {
  return validatorHeaders(head);
}

export type ContentCoding = 'gzip' | 'br' | 'identity';

export interface EncodedBody {
  readonly body: Buffer;
  readonly encoding: ContentCoding;
}

/** What a 200 says of its body. */
export interface BodyHead {
  readonly encoding: ContentCoding;
  readonly length: number;
}

/** Headers of a 200. */
export function okHeaders(head: AnswerHead, { encoding, length }: BodyHead): RawHeaders {
  const headers = [...validatorHeaders(head), 'Content-Type', head.representation.contentType];
  if (encoding !== 'identity') headers.push('Content-Encoding', encoding);
  headers.push('Content-Length', String(length));
  return headers;
}

/** `<name>=<version>` of each source where there are several; a folder without a version has nothing after `=`. */
export function versionText({ version, versions }: Provenance): string | null {
  if (versions === undefined) return version;
  return versions.map((one) => `${one.name}=${one.version ?? ''}`).join(', ');
}

/** A version that an operator chose may have letters that no header takes. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function httpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}
