/** The one file that imports @koa/router. */
import { Router } from '@koa/router';
import type { AppMiddleware, AppState, RouteContext } from './context.js';
import type { Gate } from './gate.js';
import type { Route } from './route.js';

/** Middleware that runs the first of `routes` that fits, for whom `gate` lets in; `prefix` is taken literally. */
export function routeTo(gate: Pick<Gate, 'enter'>, routes: readonly Route[], prefix = ''): AppMiddleware {
  const router = new Router<AppState>({ prefix: literally(prefix), sensitive: true, strict: true });
  for (const route of routes) {
    router.register(route.path, [...route.methods], async (ctx, next) => {
      await gate.enter(ctx, route);
      await route.handle(ctx satisfies RouteContext, next);
    });
  }
  // The router adds `params` and `matched` to the context, which its type asks for beforehand.
  return router.routes() as AppMiddleware;
}

/** What the path syntax of the router has a meaning for stands for itself. */
export function literally(text: string): string {
  return text.replace(/[{}()[\]+?!:*\\]/g, '\\$&');
}
