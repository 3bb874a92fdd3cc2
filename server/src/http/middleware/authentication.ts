import type { Authenticator } from '../../security/authenticator.js';
import type { AppMiddleware } from '../context.js';
import { presentedBy } from '../presented.js';

/** Finds out who asks, before any route runs. */
export function authenticate(authenticator: Authenticator): AppMiddleware {
  return async (ctx, next) => {
    ctx.state.principal = await authenticator.authenticate(presentedBy(ctx.req), ctx.state.signal);
    await next();
  };
}
