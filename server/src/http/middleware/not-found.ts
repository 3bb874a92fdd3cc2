import { ConfigServerError } from '../../core/errors.js';
import type { AppMiddleware } from '../context.js';

/** The last step: no route has the path. */
export function refuseUnknownPaths(): AppMiddleware {
  return () => Promise.reject(new ConfigServerError('CONFIG_ROUTE_NOT_FOUND', 'No route has this path.'));
}
