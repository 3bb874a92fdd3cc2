import { ConfigServerError } from '../../core/errors.js';
import { healthHttpStatus, type HealthComponent, type HealthProbes } from '../../core/health.js';
import type { RouteContext } from '../context.js';
import { JSON_TYPE, negotiate } from '../media-types.js';
import type { Route, RouteGroup } from '../route.js';

const ACTUATOR_TYPE = 'application/vnd.spring-boot.actuator.v3+json';

/** `/actuator`: links, health and info as Spring Boot Actuator shapes them. */
export const actuatorRoutes: RouteGroup = ({ health, info, publicUrl }) => [
  get('/actuator', (ctx) => {
    answer(ctx, links(publicUrl ?? ''));
  }),
  get('/actuator/health', async (ctx) => {
    const { status, groups, components } = await health.report();
    answer(ctx, { status, components, groups }, healthHttpStatus(status));
  }),
  get('/actuator/health/:component', async (ctx) => {
    const component = await componentOf(health, ctx.params['component'] ?? '');
    answer(ctx, component, healthHttpStatus(component.status));
  }),
  get('/actuator/info', (ctx) => {
    answer(ctx, info());
  }),
  get('/actuator/*rest', () => {
    throw nothingThere();
  }),
];

function get(path: string, handle: (ctx: RouteContext) => void | Promise<void>): Route {
  return {
    methods: ['GET'],
    path,
    handle: async (ctx) => {
      await handle(ctx);
    },
  };
}

function answer(ctx: RouteContext, body: object, status = 200): void {
  negotiate(ctx, [JSON_TYPE, ACTUATOR_TYPE]);
  ctx.status = status;
  ctx.set('Content-Type', JSON_TYPE);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = JSON.stringify(body);
}

async function componentOf(health: HealthProbes, name: string): Promise<HealthComponent> {
  if (name === 'liveness') return health.liveness();
  if (name === 'readiness') return health.readiness();
  const { components } = await health.report();
  const component = Object.hasOwn(components, name) ? components[name] : undefined;
  if (component === undefined) throw nothingThere();
  return component;
}

function links(base: string): object {
  const link = (path: string, templated = false): object => ({ href: `${base}/actuator${path}`, templated });
  return {
    _links: {
      self: link(''),
      health: link('/health'),
      'health-path': link('/health/{*path}', true),
      info: link('/info'),
    },
  };
}

function nothingThere(): ConfigServerError {
  return new ConfigServerError('CONFIG_ROUTE_NOT_FOUND', 'The actuator has no such endpoint; /actuator lists them.');
}
