import type { RawHeaders } from '../answer-headers.js';
import type { AppMiddleware } from '../context.js';

/** The outermost step, so that no answer is without them. */
export function secureAnswers(headers: RawHeaders): AppMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } finally {
      for (let i = 0; i < headers.length; i += 2) ctx.set(headers[i] ?? '', headers[i + 1] ?? '');
    }
  };
}
