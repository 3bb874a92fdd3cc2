import { ConfigServerError } from '../../core/errors.js';
import type { AppMiddleware } from '../context.js';
import { parseTarget } from '../target.js';

/** Refuses targets that no route takes, and routes by the path without its parameters. */
export function checkTarget(limit: number): AppMiddleware {
  return async (ctx, next) => {
    if (ctx.originalUrl.length > limit) throw tooLong(limit);
    const target = parseTarget(ctx.originalUrl);
    ctx.state.target = target;
    ctx.path = target.path;
    await next();
  };
}

function tooLong(limit: number): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_TARGET_TOO_LONG',
    `A request target has at most ${limit} bytes (limits.request-target).`,
  );
}
