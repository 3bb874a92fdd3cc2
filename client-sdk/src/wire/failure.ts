import { ConfigClientError, type ConfigClientErrorCode } from '../errors.js';
import { readJson } from '../json/read-json.js';
import type { Platform } from '../platform/platform.js';
import { readRetryAfter } from './answer-headers.js';
import type { Failure } from './outcome.js';
import { readBody } from './read-body.js';

const maxProblemBytes = 64 * 1024;
const longestDetail = 300;
/** Statuses below 500 that speak of the moment and not of the query. */
const passing = new Set([408, 421, 425, 429]);
const finalCodes = new Map<number, ConfigClientErrorCode>([
  [401, 'CONFIG_UNAUTHENTICATED'],
  [403, 'CONFIG_FORBIDDEN'],
  [404, 'CONFIG_NOT_FOUND'],
]);

/** The failure that a response stands for which is neither 200 nor 304. */
export async function failureOf(response: Response, base: string, platform: Platform): Promise<Failure> {
  const { status } = response;
  if (status >= 300 && status < 400 && status !== 304) return redirected(response, base);
  const said = `${base} answered ${status}${await readDetail(response)}`;
  const retryAfter = readRetryAfter(response.headers, platform);
  if (status < 400 || isPassing(status)) {
    return { kind: 'failed', error: new ConfigClientError('CONFIG_UNAVAILABLE', said), isFinal: false, retryAfter };
  }
  const code = finalCodes.get(status) ?? 'CONFIG_REFUSED';
  return { kind: 'failed', error: new ConfigClientError(code, said), isFinal: true, retryAfter: 0 };
}

/** Whether a status of 400 or more may be another one later. */
export function isPassing(status: number): boolean {
  return status >= 500 || passing.has(status);
}

/** The failure of a request that had no answer, or one that could not be read. */
export function failureFrom(error: unknown, base: string): Failure {
  const told =
    error instanceof ConfigClientError
      ? new ConfigClientError(error.code, `${base}: ${error.message}`, { cause: error.cause })
      : new ConfigClientError('CONFIG_UNAVAILABLE', `${base} did not answer${reasonOf(error)}`, { cause: error });
  return {
    kind: 'failed',
    error: told,
    isFinal: error instanceof ConfigClientError && finalFailures.has(error.code),
    retryAfter: 0,
  };
}

// Another server would have the same environment, and get the same headers.
const finalFailures = new Set<ConfigClientErrorCode>([
  'CONFIG_TOO_LARGE',
  'CONFIG_OPTIONS_INVALID',
  'CONFIG_UNAUTHENTICATED',
  'CONFIG_REFUSED',
]);

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

/** What others worded, on one line and short. */
export function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  return line.length > longestDetail ? `${line.slice(0, longestDetail)}…` : line;
}

/** ` (ECONNREFUSED).`, where an error or one of its causes has such a code; else a full stop. */
export function reasonOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string') return ` (${cause.code}).`;
  }
  return '.';
}
