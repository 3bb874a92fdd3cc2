/** The way through Koa: the order of its steps, one array. */
import Koa from 'koa';
import type { Emit } from '../core/events.js';
import type { Audit } from '../core/audit.js';
import type { RawHeaders } from './answer-headers.js';
import type { AnyRequest } from './exchange.js';
import type { AppMiddleware, AppState } from './context.js';
import { recordDecisions } from './middleware/audit.js';
import { limitBody } from './middleware/body-limit.js';
import { limitTime } from './middleware/deadline.js';
import { answerMethods } from './middleware/methods.js';
import { refuseUnknownPaths } from './middleware/not-found.js';
import { requireAuthentication } from './middleware/authentication.js';
import { answerProblems } from './middleware/problems.js';
import { logRequests } from './middleware/request-log.js';
import { addHeaders } from './middleware/common-headers.js';
import { checkTarget } from './middleware/target.js';
import { configRoutes, rootRoutes, type RouteScope } from './route-table.js';
import { routeTo } from './router.js';
import type { Services } from './services.js';

export interface ApplicationOptions {
  readonly services: Services;
  readonly audit: Audit;
  /** Before every configuration route: empty, or `/config`. */
  readonly prefix: string;
  /** What every answer has. */
  readonly scope: RouteScope;
  readonly headersFor: (request: AnyRequest) => RawHeaders;
  readonly emit: Emit;
  readonly now: () => number;
}

function steps(options: ApplicationOptions): readonly AppMiddleware[] {
  const { services, audit, prefix, emit } = options;
  const { gate, limits } = services;
  return [
    addHeaders(options.headersFor),
    logRequests(emit),
    answerProblems(options),
    limitTime(limits.answerTime),
    checkTarget(limits.requestTarget),
    limitBody(limits.body),
    recordDecisions(audit),
    routeTo(gate, rootRoutes(services, options.scope)),
    routeTo(gate, configRoutes(services, options.scope), prefix),
    requireAuthentication(gate),
    answerMethods(),
    refuseUnknownPaths(),
  ];
}

export function createApplication(options: ApplicationOptions): Koa<AppState> {
  const application = new Koa<AppState>();
  // Koa would print to stderr; what reaches it here are streams of clients that went away.
  application.silent = true;
  for (const step of steps(options)) application.use(step);
  return application;
}
