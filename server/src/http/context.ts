import type { ExtendableContext, Next } from 'koa';
import type { Decision } from '../core/audit.js';
import type { Principal } from '../security/principal.js';
import type { Target } from './target.js';

/** What the middleware before a route has found out about a request. */
export interface AppState {
  target: Target;
  /** The path of the route, with its parameters' names. */
  route: string;
  principal: Principal;
  /** Of the policy by which the request was let in. */
  generation: number;
  /** For the audit; undefined: nothing was decided. */
  decision?: Decision;
  /** Where a request was decided on several times, and let in: all of them, in the place of `decision`. */
  decisions?: readonly Decision[];
  /** Fires when the request's time is up or its client has gone. */
  signal: AbortSignal;
}

/** The one context type of http/ before a route is chosen; koa's own leaves holes. */
export interface AppContext extends ExtendableContext {
  state: AppState;
  body: unknown;
  /** The routes whose path fits, whatever their methods; set by the router. */
  readonly matched?: readonly MatchedRoute[];
}

export interface MatchedRoute {
  readonly methods: readonly string[];
}

/** What a route's handler gets. `params` are percent-decoded. */
export interface RouteContext extends AppContext {
  readonly params: Readonly<Record<string, string | undefined>>;
}

export type AppMiddleware = (ctx: AppContext, next: Next) => Promise<void>;
export type RouteHandler = (ctx: RouteContext, next: Next) => Promise<void>;
