import { ConfigServerError } from '../../core/errors.js';
import type { AppMiddleware } from '../context.js';

/** After the routes: a path that has a route, but not for this method. OPTIONS is answered, the rest is refused. */
export function answerMethods(): AppMiddleware {
  return async (ctx, next) => {
    const matched = ctx.matched ?? [];
    if (matched.length === 0) {
      await next();
      return;
    }
    const allowed = [...new Set([...matched.flatMap((route) => route.methods), 'OPTIONS'])].sort();
    ctx.set('Allow', allowed.join(', '));
    if (ctx.method !== 'OPTIONS') throw notAllowed(ctx.method, allowed);
    ctx.body = null;
    ctx.status = 200;
  };
}

function notAllowed(method: string, allowed: readonly string[]): ConfigServerError {
  return new ConfigServerError('CONFIG_METHOD_NOT_ALLOWED', `The path takes ${allowed.join(', ')}, not ${method}.`);
}
