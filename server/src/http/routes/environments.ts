import { ConfigServerError } from '../../core/errors.js';
import { admittedQuery, findAdmitted } from '../query-of.js';
import type { RouteContext } from '../context.js';
import { negotiate, JSON_TYPE, MARKED_TYPE, V2_TYPE } from '../media-types.js';
import { provenanceOf } from '../provenance.js';
import type { RouteGroup } from '../route.js';
import type { Services } from '../services.js';

/** A second segment with one of these is a rendition without a hyphen, which no route has. */
const EXTENSION = /\b\.(?:ya?ml|properties|json)\b/;

/** R1 and R2: `/{application}/{profiles}[/{label}]`. */
export const environmentRoutes: RouteGroup = (services) => [
  {
    methods: ['GET'],
    path: '/:application/:profiles',
    access: 'reader',
    handle: (ctx) => {
      if (EXTENSION.test(ctx.params['profiles'] ?? '')) throw noSuchRoute();
      return answerEnvironment(ctx, services);
    },
  },
  {
    methods: ['GET'],
    path: '/:application/:profiles/:label',
    access: 'reader',
    handle: (ctx) => answerEnvironment(ctx, services),
  },
];

const variants = { [JSON_TYPE]: 'plain', [V2_TYPE]: 'v2', [MARKED_TYPE]: 'marked' } as const;

async function answerEnvironment(ctx: RouteContext, services: Services): Promise<void> {
  const { environments, bodies, deliver, views } = services;
  const admitted = admittedQuery(ctx, services);
  const { query, withheld } = admitted;
  const variant = variants[negotiate(ctx, [JSON_TYPE, V2_TYPE, MARKED_TYPE])];
  const found = await findAdmitted(ctx, admitted, () => environments.get(query, ctx.state.signal));
  const served = views.of(found, withheld);
  await deliver(ctx, {
    representation: bodies.environment(served, variant),
    provenance: provenanceOf(served),
    query,
    stamp: served.stamp,
    withheld,
  });
}

function noSuchRoute(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_ROUTE_NOT_FOUND',
    'A rendition is asked for as {application}-{profiles}.yml, .yaml, .json or .properties, with a hyphen.',
  );
}
