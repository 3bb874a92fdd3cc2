import { parseQuery, type Query } from '../core/query.js';
import { callerTokenOf } from './caller-token.js';
import type { RouteContext } from './context.js';
import { instanceOf } from './instance.js';
import type { Services } from './services.js';

/** The query that a route's segments make. @throws ConfigServerError CONFIG_NAME_INVALID */
export function queryOf(
  ctx: RouteContext,
  services: Pick<Services, 'environments' | 'queries' | 'takesCallerTokens' | 'takesInstances'>,
): Query {
  const { application = '', profiles = '', label = null } = ctx.params;
  const token = services.takesCallerTokens
    ? callerTokenOf(ctx.get('X-Config-Token'), services.environments.callerId)
    : undefined;
  const instance = services.takesInstances ? instanceOf(ctx.get('X-Config-Instance')) : undefined;
  return parseQuery({ application, profiles, label, token, instance }, services.queries);
}
