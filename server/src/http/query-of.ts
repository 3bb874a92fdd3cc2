import { parseQuery, type Query } from '../core/query.js';
import type { RouteContext } from './context.js';
import type { Services } from './services.js';

/** The query that a route's segments make. @throws ConfigServerError CONFIG_NAME_INVALID */
export function queryOf({ params }: RouteContext, { queries }: Pick<Services, 'queries'>): Query {
  const { application = '', profiles = '', label = null } = params;
  return parseQuery({ application, profiles, label }, queries);
}
