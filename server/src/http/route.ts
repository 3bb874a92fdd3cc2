import type { RouteHandler } from './context.js';
import type { RouteAccess } from './gate.js';
import type { Services } from './services.js';

/** One route; `path` in the router's syntax. A GET answers HEAD too. */
export interface Route {
  readonly methods: readonly string[];
  readonly path: string;
  readonly access: RouteAccess;
  readonly handle: RouteHandler;
}

/** The routes of one file of routes/. */
export type RouteGroup = (services: Services) => readonly Route[];

export const ANY_METHOD: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
