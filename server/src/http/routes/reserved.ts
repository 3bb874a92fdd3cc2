import { ConfigServerError } from '../../core/errors.js';
import { ANY_METHOD, type Route, type RouteGroup } from '../route.js';

/** First segments that no application can have: `/monitor` (itself in monitor.ts) and everything under `/-/`. */
export const reservedRoutes: RouteGroup = () => ['/monitor/*rest', '/-{/*rest}'].map(nothingThere);

/** `/actuator` where it has a port of its own: no application has this name either. */
export const actuatorElsewhere: RouteGroup = () => [nothingThere('/actuator{/*rest}')];

function nothingThere(path: string): Route {
  return {
    methods: ANY_METHOD,
    path,
    access: 'authenticated',
    handle: () =>
      Promise.reject(new ConfigServerError('CONFIG_ROUTE_NOT_FOUND', 'The path is reserved; nothing answers there.')),
  };
}
