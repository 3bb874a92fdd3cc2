import { STATUS_CODES } from 'node:http';
import type { AnyRequest, WholeAnswer } from './exchange.js';
import { shownPath } from './paths.js';
import { errorEntry, type ConfigServerError, type FilePosition } from '../core/errors.js';

export const PROBLEM_TYPE = 'application/problem+json';

export interface Occurrence {
  /** Path of the request, as sent. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/**
 * The RFC 9457 document for `error`, with the members of the reference's error body (`timestamp`, `status`, `error`, `path`).
 * A 5xx tells its code's fixed text only, which source failed, and where a file of the repository is broken.
 */
export function problemDocument(error: ConfigServerError, { path, time }: Occurrence): string {
  const { status, title, help } = errorEntry(error.code);
  return JSON.stringify({
    type: `urn:cairn:error:${error.code}`,
    title,
    status,
    detail: status < 500 ? error.message : help,
    instance: path,
    code: error.code,
    timestamp: new Date(time).toISOString(),
    error: STATUS_CODES[status],
    path,
    ...(error.source === undefined ? {} : { source: error.source }),
    ...publicPosition(error),
  });
}

/** What is answered before the way through Koa. */
export function refusedAnswer(
  error: ConfigServerError,
  { method, url = '' }: Pick<AnyRequest, 'method' | 'url'>,
  time: number,
): WholeAnswer {
  const body = Buffer.from(problemDocument(error, { path: shownPath(url), time }));
  const headers = ['Cache-Control', 'no-store', 'Content-Type', PROBLEM_TYPE, 'Content-Length', String(body.length)];
  if (error.retryAfterSeconds !== undefined) headers.push('Retry-After', String(error.retryAfterSeconds));
  return { status: error.status, headers, body: method === 'HEAD' ? '' : body };
}

function publicPosition(error: ConfigServerError): Partial<FilePosition> {
  return error.code === 'CONFIG_FILE_INVALID' && error.position !== undefined ? error.position : {};
}
