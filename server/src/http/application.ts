/** The way through Koa: the order of its steps, one array. */
import Koa from 'koa';
import type { Emit } from '../core/events.js';
import type { Authenticator } from '../security/authenticator.js';
import type { AppMiddleware, AppState } from './context.js';
import { authenticate } from './middleware/authentication.js';
import { limitBody } from './middleware/body-limit.js';
import { limitTime } from './middleware/deadline.js';
import { answerMethods } from './middleware/methods.js';
import { refuseUnknownPaths } from './middleware/not-found.js';
import { answerProblems } from './middleware/problems.js';
import { logRequests } from './middleware/request-log.js';
import { checkTarget } from './middleware/target.js';
import { configRoutes, rootRoutes } from './route-table.js';
import { routeTo } from './router.js';
import type { Services } from './services.js';

export interface ApplicationOptions {
  readonly services: Services;
  readonly authenticator: Authenticator;
  /** Before every configuration route: empty, or `/config`. */
  readonly prefix: string;
  readonly emit: Emit;
  readonly now: () => number;
}

function steps(options: ApplicationOptions): readonly AppMiddleware[] {
  const { services, authenticator, prefix, emit } = options;
  const { limits } = services;
  return [
    logRequests(emit),
    answerProblems(options),
    limitTime(limits.answerTime),
    checkTarget(limits.requestTarget),
    limitBody(limits.body),
    authenticate(
      authenticator,
      new Set(['/actuator/health/liveness', '/actuator/health/readiness', services.webhooks.path]),
    ),
    routeTo(rootRoutes(services)),
    routeTo(configRoutes(services), prefix),
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
