import type { Emit } from '../../core/events.js';
import type { AppMiddleware } from '../context.js';
import { shownPath } from '../paths.js';

/** What is logged for a client that went away before its answer. */
const CLIENT_GONE = 499;

/** One event a request, without the query. */
export function logRequests(emit: Emit): AppMiddleware {
  return async (ctx, next) => {
    const start = performance.now();
    await next();
    emit({
      type: 'request-finished',
      method: ctx.method,
      path: shownPath(ctx.originalUrl),
      status: ctx.res.destroyed ? CLIENT_GONE : ctx.status,
      milliseconds: performance.now() - start,
    });
  };
}
