import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { admittedQuery, findAdmitted, type Admitted } from '../query-of.js';
import { validateResourcePath } from '../../core/resource-path.js';
import type { ServedEnvironment } from '../../environments/environments.js';
import type { ResourceRequest, ServedResource } from '../../environments/resource.js';
import type { RouteContext } from '../context.js';
import { readFlag } from '../flags.js';
import { BINARY_TYPE, prefer, TEXT_TYPE } from '../media-types.js';
import { provenanceOf } from '../provenance.js';
import type { RouteGroup } from '../route.js';
import type { Services } from '../services.js';

/** R7: `/{application}/{profiles}/{path}?useDefaultLabel`; stands before the environments, whose path it shares. */
export const defaultLabelResourceRoutes: RouteGroup = (services) => [
  {
    methods: ['GET'],
    path: '/:application/:profiles/:path',
    access: 'reader',
    handle: async (ctx, next) => {
      if (!ctx.state.target.query.has('useDefaultLabel')) {
        await next();
        return;
      }
      await answerResource(ctx, services);
    },
  },
];

/** R6 and R8: `/{application}/{profiles}/{label}/{path}`. */
export const resourceRoutes: RouteGroup = (services) => [
  {
    methods: ['GET'],
    path: '/:application/:profiles/:label/*path',
    access: 'reader',
    handle: (ctx) => answerResource(ctx, services),
  },
  {
    methods: ['GET'],
    path: '/:application/:profiles/:label/',
    access: 'reader',
    handle: () => Promise.reject(notFound(undefined)),
  },
];

async function answerResource(ctx: RouteContext, services: Services): Promise<void> {
  const form = prefer(ctx, [TEXT_TYPE, BINARY_TYPE]) === BINARY_TYPE ? 'binary' : 'text';
  const path = validateResourcePath(ctx.params['path'] ?? '');
  const admitted = admittedQuery(ctx, services, path);
  const served = await findAdmitted(ctx, admitted, () => find(ctx, services, admitted, { path, form }));
  await services.deliver(ctx, {
    representation: services.bodies.resource(served, form),
    provenance: { ...provenanceOf(served.environment), version: served.version },
    query: admitted.query,
  });
}

type Asked = Pick<ResourceRequest, 'path' | 'form'>;

async function find(
  ctx: RouteContext,
  { environments, views }: Services,
  { query, withheld }: Admitted,
  asked: Asked,
): Promise<ServedResource> {
  const request = {
    ...asked,
    charset: preferredCharset(ctx),
    resolvePlaceholders: readFlag(ctx.state.target.query, 'resolvePlaceholders', true),
    view: (served: ServedEnvironment) => views.of(served, withheld),
  };
  try {
    return await environments.resource(query, request, ctx.state.signal);
  } catch (error) {
    // The reference answers 404 without a body whatever is missing: label, application or file.
    if (isConfigServerError(error, 'CONFIG_LABEL_NOT_FOUND', 'CONFIG_APPLICATION_NOT_FOUND')) throw notFound(error);
    throw error;
  }
}

function preferredCharset(ctx: RouteContext): string | null {
  if (ctx.get('Accept-Charset') === '') return null;
  const preferred = ctx.acceptsCharsets()[0];
  return preferred === undefined || preferred === '*' ? null : preferred;
}

function notFound(cause: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_RESOURCE_NOT_FOUND', 'There is no such resource.', { cause });
}
