import type { Platform } from '../platform/platform.js';
import type { AnswerHeaders } from './outcome.js';

// What a server may ask for; a longer wait is more likely a mistake than a plan.
const longestRetryAfter = 3_600_000;

export function readAnswerHeaders(headers: Headers): AnswerHeaders {
  return {
    validator: headers.get('etag') ?? undefined,
    version: headers.get('x-config-version'),
    digest: headers.get('x-config-digest'),
    age: readSeconds(headers.get('x-config-age')) ?? 0,
    isStale: headers.get('x-config-stale') === 'true',
  };
}

/** Milliseconds of a Retry-After header, in either of its forms (RFC 9110, 10.2.3); 0 where there is none. */
export function readRetryAfter(headers: Headers, platform: Platform): number {
  const text = headers.get('retry-after');
  if (text === null) return 0;
  const milliseconds = readSeconds(text) ?? Date.parse(text) - platform.wallClock();
  return Number.isNaN(milliseconds) ? 0 : Math.min(Math.max(milliseconds, 0), longestRetryAfter);
}

function readSeconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text.trim()) ? Number(text) * 1000 : undefined;
}
