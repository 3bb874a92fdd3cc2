import { ConfigServerError } from '../../core/errors.js';
import type { AppContext, AppMiddleware, MatchedRoute } from '../context.js';

/** After the routes: a path that has a route, but not for this method. OPTIONS is answered, the rest is refused. */
export function answerMethods(): AppMiddleware {
  return async (ctx, next) => {
    const allowed = methodsOf(ctx.matched ?? []);
    if (allowed.length > 0) answerAllowed(ctx, allowed);
    else await next();
  };
}

function methodsOf(matched: readonly MatchedRoute[]): readonly string[] {
  if (matched.length === 0) return [];
  return [...new Set([...matched.flatMap((route) => route.methods), 'OPTIONS'])].sort();
}

/** Answers OPTIONS, and refuses another method. @throws ConfigServerError CONFIG_METHOD_NOT_ALLOWED */
export function answerAllowed(ctx: AppContext, allowed: readonly string[]): void {
  ctx.set('Allow', allowed.join(', '));
  if (ctx.method !== 'OPTIONS') throw notAllowed(ctx.method, allowed);
  ctx.body = null;
  ctx.status = 200;
}

function notAllowed(method: string, allowed: readonly string[]): ConfigServerError {
  return new ConfigServerError('CONFIG_METHOD_NOT_ALLOWED', `The path takes ${allowed.join(', ')}, not ${method}.`);
}
