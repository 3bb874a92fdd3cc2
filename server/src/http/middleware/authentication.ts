import type { Authenticator } from '../../security/authenticator.js';
import { nobody } from '../../security/principal.js';
import type { AppMiddleware } from '../context.js';
import { presentedBy } from '../presented.js';

/** Finds out who asks, before any route runs; at `publicPaths` nobody has to show who they are. */
export function authenticate(authenticator: Authenticator, publicPaths: ReadonlySet<string>): AppMiddleware {
  return async (ctx, next) => {
    ctx.state.principal =
      publicPaths.has(ctx.path) && !authenticator.isAnonymous
        ? nobody
        : await authenticator.authenticate(presentedBy(ctx.req), ctx.state.signal);
    await next();
  };
}
