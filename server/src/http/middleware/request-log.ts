import { Readable } from 'node:stream';
import type { Emit } from '../../core/events.js';
import type { AppMiddleware } from '../context.js';
import { shownPath } from '../paths.js';

/** What is logged for a client that went away before its answer. */
const CLIENT_GONE = 499;

/** One event a request, without the query; of a stream when it is over, however that came. */
export function logRequests(emit: Emit): AppMiddleware {
  return async (ctx, next) => {
    const start = performance.now();
    await next();
    const tell = (status: number): void => {
      const milliseconds = performance.now() - start;
      emit({ type: 'request-finished', method: ctx.method, path: shownPath(ctx.originalUrl), status, milliseconds });
    };
    const { status, body } = ctx;
    if (ctx.res.destroyed) tell(CLIENT_GONE);
    else if (!(body instanceof Readable) || body.destroyed) tell(status);
    else
      body.once('close', () => {
        tell(status);
      });
  };
}
