import type { Route } from './route.js';
import { actuatorRoutes } from './routes/actuator.js';
import { auditRoutes } from './routes/audit.js';
import { encryptionRoutes } from './routes/encryption.js';
import { environmentRoutes } from './routes/environments.js';
import { renditionRoutes } from './routes/renditions.js';
import { monitorRoutes } from './routes/monitor.js';
import { reservedRoutes } from './routes/reserved.js';
import { defaultLabelResourceRoutes, resourceRoutes } from './routes/resources.js';
import type { Services } from './services.js';

/** Routes that are never under the prefix. */
export function rootRoutes(services: Services): readonly Route[] {
  return [monitorRoutes, actuatorRoutes, auditRoutes, reservedRoutes].flatMap((group) => group(services));
}

/** Routes under the prefix, first match first: reserved names win over everything, renditions over environments. */
export function configRoutes(services: Services): readonly Route[] {
  return [encryptionRoutes, renditionRoutes, defaultLabelResourceRoutes, environmentRoutes, resourceRoutes].flatMap(
    (group) => group(services),
  );
}
