import { ConfigClientError } from '../errors.js';
import { readJson } from '../json/read-json.js';
import type { Platform } from '../platform/platform.js';
import { readRetryAfter } from './answer-headers.js';
import type { Failure } from './outcome.js';
import { readBody } from './read-body.js';

const maxProblemBytes = 64 * 1024;
const longestDetail = 300;
/** Statuses below 500 that speak of the moment and not of the query. */
const passing = new Set([408, 421, 425, 429]);

/** The failure that a response stands for which is neither 200 nor 304. */
export async function failureOf(response: Response, base: string, platform: Platform): Promise<Failure> {
  const { status } = response;
  if (status >= 300 && status < 400 && status !== 304) return redirected(response, base);
  const said = `${base} answered ${status}${await readDetail(response)}`;
  const retryAfter = readRetryAfter(response.headers, platform);
  if (status >= 500 || status < 400 || passing.has(status)) {
    return { kind: 'failed', error: new ConfigClientError('CONFIG_UNAVAILABLE', said), isFinal: false, retryAfter };
  }
  const code = status === 404 ? 'CONFIG_NOT_FOUND' : 'CONFIG_REFUSED';
  return { kind: 'failed', error: new ConfigClientError(code, said), isFinal: true, retryAfter: 0 };
}

/** The failure of a request that had no answer, or one that could not be read. */
export function failureFrom(error: unknown, base: string): Failure {
  const told =
    error instanceof ConfigClientError
      ? new ConfigClientError(error.code, `${base}: ${error.message}`, { cause: error.cause })
      : new ConfigClientError('CONFIG_UNAVAILABLE', `${base} did not answer${reasonOf(error)}`, { cause: error });
  return { kind: 'failed', error: told, isFinal: error instanceof ConfigClientError && isFinal(error), retryAfter: 0 };
}

// Another server would have the same environment, and get the same headers.
function isFinal(error: ConfigClientError): boolean {
  return error.code === 'CONFIG_TOO_LARGE' || error.code === 'CONFIG_OPTIONS_INVALID';
}

// Never followed: credentials would go to wherever it leads.
async function redirected(response: Response, base: string): Promise<Failure> {
  await response.body?.cancel();
  const location = response.headers.get('location') ?? '';
  const target = URL.canParse(location, base) ? ` to ${new URL(location, base).origin}` : '';
  const message = `${base} redirects${target}; redirects are not followed: give the final base URL as url.`;
  return { kind: 'failed', error: new ConfigClientError('CONFIG_REFUSED', message), isFinal: true, retryAfter: 0 };
}

/** `: <detail> (<code>)` of a problem document (RFC 9457); a full stop where the body is anything else. */
async function readDetail(response: Response): Promise<string> {
  try {
    const problem = readJson(await readBody(response, maxProblemBytes));
    const detail = problem instanceof Map ? (problem.get('detail') ?? problem.get('error')) : undefined;
    const code = problem instanceof Map ? problem.get('code') : undefined;
    if (typeof detail !== 'string') return '.';
    return `: ${printable(detail)}${typeof code === 'string' ? ` (${printable(code)})` : ''}`;
  } catch {
    return '.';
  }
}

function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  return line.length > longestDetail ? `${line.slice(0, longestDetail)}…` : line;
}

function reasonOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string') return ` (${cause.code}).`;
  }
  return '.';
}
