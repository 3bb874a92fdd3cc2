import type { AppMiddleware } from '../context.js';
import type { Gate } from '../gate.js';

/** After the routes: what is there, and which methods it takes, is told to those alone who are known. */
export function requireAuthentication(gate: Gate): AppMiddleware {
  return async (ctx, next) => {
    await gate.enter(ctx, { path: '(none)', access: 'authenticated' });
    await next();
  };
}
