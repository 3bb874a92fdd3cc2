import type { Route, RouteGroup } from './route.js';
import { actuatorRoutes } from './routes/actuator.js';
import { auditRoutes } from './routes/audit.js';
import { changesRoutes } from './routes/changes.js';
import { encryptionRoutes } from './routes/encryption.js';
import { environmentRoutes } from './routes/environments.js';
import { renditionRoutes } from './routes/renditions.js';
import { monitorRoutes } from './routes/monitor.js';
import { actuatorElsewhere, reservedRoutes } from './routes/reserved.js';
import { defaultLabelResourceRoutes, resourceRoutes } from './routes/resources.js';
import type { Services } from './services.js';

/** What is answered at one port: all there is, or one part where `/actuator` has a port of its own. */
export type RouteScope = 'all' | 'configuration' | 'management';

const rootGroups: Readonly<Record<RouteScope, readonly RouteGroup[]>> = {
  all: [monitorRoutes, actuatorRoutes, auditRoutes, changesRoutes, reservedRoutes],
  configuration: [monitorRoutes, actuatorElsewhere, auditRoutes, changesRoutes, reservedRoutes],
  management: [actuatorRoutes],
};

/** Routes that are never under the prefix. */
export function rootRoutes(services: Services, scope: RouteScope = 'all'): readonly Route[] {
  return rootGroups[scope].flatMap((group) => group(services));
}

/** Routes under the prefix, first match first: reserved names win over everything, renditions over environments. */
export function configRoutes(services: Services, scope: RouteScope = 'all'): readonly Route[] {
  if (scope === 'management') return [];
  return [encryptionRoutes, renditionRoutes, defaultLabelResourceRoutes, environmentRoutes, resourceRoutes].flatMap(
    (group) => group(services),
  );
}
