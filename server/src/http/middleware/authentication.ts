import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../../security/authenticator.js';
import type { Presented } from '../../security/scheme.js';
import type { AppMiddleware } from '../context.js';

/** Finds out who asks, before any route runs. */
export function authenticate(authenticator: Authenticator): AppMiddleware {
  return async (ctx, next) => {
    ctx.state.principal = await authenticator.authenticate(presentedBy(ctx.req), ctx.state.signal);
    await next();
  };
}

function presentedBy({ headers }: IncomingMessage): Presented {
  return {
    header: (name) => {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
      return typeof value === 'string' ? value : value?.join(', ');
    },
  };
}
