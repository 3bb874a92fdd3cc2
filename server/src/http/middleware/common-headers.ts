import type { RawHeaders } from '../answer-headers.js';
import type { AppMiddleware } from '../context.js';
import type { AnyRequest } from '../exchange.js';

/** The outermost step, so that no answer is without what every answer has. */
export function addHeaders(headersFor: (request: AnyRequest) => RawHeaders): AppMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } finally {
      const headers = headersFor(ctx.req);
      for (let i = 0; i < headers.length; i += 2) ctx.set(headers[i] ?? '', headers[i + 1] ?? '');
    }
  };
}
