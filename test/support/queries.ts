import { parseQuery } from '#server/core/query.js';
import type { Query } from '#server/core/query.js';

/** `orders/dev,eu/main` as a query; profiles default to `default`. */
export function aQuery(text: string): Query {
  const [application = '', profiles = 'default', label] = text.split('/');
  return parseQuery({ application, profiles, label: label ?? null });
}

/** A signal that is never aborted. */
export function noAbort(): AbortSignal {
  return new AbortController().signal;
}
