import { ConfigServerError } from '../../core/errors.js';
import { healthHttpStatus, type HealthComponent, type HealthProbes } from '../../core/health.js';
import type { RouteContext } from '../context.js';
import { JSON_TYPE, negotiate } from '../media-types.js';
import type { RouteAccess } from '../gate.js';
import type { Route, RouteGroup } from '../route.js';
import { mayActAs } from '../../security/role-of.js';

const ACTUATOR_TYPE = 'application/vnd.spring-boot.actuator.v3+json';

/** `/actuator`: links, health and info as Spring Boot Actuator shapes them. */
export const actuatorRoutes: RouteGroup = ({ health, info, publicUrl, gate }) => [
  get('/actuator', 'operator', (ctx) => {
    answer(ctx, links(publicUrl ?? ''));
  }),
  get('/actuator/health', 'optional', async (ctx) => {
    const { status, groups, components } = await health.report();
    const isShown = gate.isOpen || mayActAs(ctx.state.principal, 'operator');
    answer(ctx, isShown ? { status, components, groups } : { status, groups }, healthHttpStatus(status));
  }),
  get('/actuator/health/liveness', 'public', (ctx) => {
    answerComponent(ctx, health.liveness());
  }),
  get('/actuator/health/readiness', 'public', (ctx) => {
    answerComponent(ctx, health.readiness());
  }),
  get('/actuator/health/:component', 'operator', async (ctx) => {
    const component = await componentOf(health, ctx.params['component'] ?? '');
    answerComponent(ctx, component);
  }),
  get('/actuator/info', 'operator', (ctx) => {
    answer(ctx, info());
  }),
  get('/actuator/*rest', 'authenticated', () => {
    throw nothingThere();
  }),
];

type Handle = (ctx: RouteContext) => void | Promise<void>;

function get(path: string, access: RouteAccess, handle: Handle): Route {
  return {
    methods: ['GET'],
    path,
    access,
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

function answerComponent(ctx: RouteContext, component: HealthComponent): void {
  answer(ctx, component, healthHttpStatus(component.status));
}

async function componentOf(health: HealthProbes, name: string): Promise<HealthComponent> {
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
