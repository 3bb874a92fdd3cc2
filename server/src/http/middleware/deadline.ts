import { ConfigServerError } from '../../core/errors.js';
import type { AppMiddleware } from '../context.js';

/** Gives a request its signal: it fires after `milliseconds`, or when the client goes away. */
export function limitTime(milliseconds: number): AppMiddleware {
  return async (ctx, next) => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new ConfigServerError('CONFIG_TIMEOUT', `No answer within ${milliseconds} ms.`));
    }, milliseconds);
    const leave = (): void => {
      controller.abort();
    };
    ctx.res.once('close', leave);
    ctx.state.signal = controller.signal;
    try {
      await next();
    } finally {
      clearTimeout(timer);
      ctx.res.off('close', leave);
    }
  };
}
