import { checkAnnouncedBody } from '../body.js';
import type { AppMiddleware } from '../context.js';

/** Refuses a body that is announced as too long, before anything of it is read. */
export function limitBody(bytes: number): AppMiddleware {
  return async (ctx, next) => {
    checkAnnouncedBody(ctx, bytes);
    await next();
  };
}
