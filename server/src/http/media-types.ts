import { ConfigServerError } from '../core/errors.js';
import type { AppContext } from './context.js';

export const JSON_TYPE = 'application/json';
export const V2_TYPE = 'application/vnd.spring-cloud.config-server.v2+json';
/** Ours: v2 and which values are secrets. */
export const MARKED_TYPE = 'application/vnd.cairn.environment+json';
/** Server-sent events. */
export const EVENT_STREAM_TYPE = 'text/event-stream';
export const TEXT_TYPE = 'text/plain';
export const BINARY_TYPE = 'application/octet-stream';

/**
 * The one of `offered` that `Accept` prefers; the first where it has no preference.
 * @throws ConfigServerError CONFIG_NOT_ACCEPTABLE
 */
export function negotiate<T extends string>(ctx: AppContext, offered: readonly T[]): T {
  const preferred = prefer(ctx, offered);
  if (preferred !== undefined) return preferred;
  throw new ConfigServerError('CONFIG_NOT_ACCEPTABLE', `The route answers ${offered.join(' or ')}.`);
}

/** As `negotiate`, but undefined where `Accept` takes none of them. */
export function prefer<T extends string>(ctx: AppContext, offered: readonly T[]): T | undefined {
  const chosen = ctx.accepts([...offered]);
  return offered.find((type) => type === chosen);
}
