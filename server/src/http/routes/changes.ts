import { queryKey, type Query, type QueryParts } from '../../core/query.js';
import { ConfigServerError } from '../../core/errors.js';
import { followChanges } from '../changes-of.js';
import { knownAddress } from '../client-address.js';
import type { RouteContext } from '../context.js';
import { EVENT_STREAM_TYPE, negotiate } from '../media-types.js';
import { answerAllowed } from '../middleware/methods.js';
import { admitted, queryFrom, type Admitted } from '../query-of.js';
import { ANY_METHOD, type RouteGroup } from '../route.js';
import type { Services } from '../services.js';

/** `/-/changes`: server-sent events, one whenever what is asked for has moved. */
export const changesRoutes: RouteGroup = (services) => [
  {
    methods: ['GET'],
    path: '/-/changes',
    access: 'reader',
    handle: (ctx) => {
      negotiate(ctx, [EVENT_STREAM_TYPE]);
      const asked = admitAll(ctx, services);
      ctx.status = 200;
      ctx.set('Content-Type', EVENT_STREAM_TYPE);
      ctx.set('Cache-Control', 'no-store');
      // Proxies of the kind of nginx would hold events back.
      ctx.set('X-Accel-Buffering', 'no');
      if (ctx.method !== 'HEAD') answerStream(ctx, services, asked);
      return Promise.resolve();
    },
  },
  {
    // Else the path would be a reserved one.
    methods: ANY_METHOD.filter((method) => method !== 'GET'),
    path: '/-/changes',
    access: 'reader',
    handle: (ctx) => {
      answerAllowed(ctx, ['GET', 'HEAD', 'OPTIONS']);
      return Promise.resolve();
    },
  },
];

const mostQueries = 20;

function answerStream(ctx: RouteContext, services: Services, asked: readonly Admitted[]): void {
  const { principal } = ctx.state;
  const stream = services.streams.open({ principal, address: knownAddress(ctx.req), response: ctx.res });
  ctx.body = stream.body;
  // A client that has gone already is not told of again.
  if (ctx.state.signal.aborted) {
    stream.body.destroy();
    return;
  }
  try {
    followChanges({ ctx, services, asked, stream });
  } catch (error) {
    stream.end();
    throw error;
  }
}

/** All of them, or none. */
function admitAll(ctx: RouteContext, services: Services): readonly Admitted[] {
  const decided = queriesOf(ctx, services).map((query) => {
    const one = admitted(ctx, services, query);
    return { one, decision: ctx.state.decision };
  });
  ctx.state.decisions = decided.flatMap(({ decision }) => decision ?? []);
  return decided.map(({ one }) => one);
}

/** @throws ConfigServerError CONFIG_NAME_INVALID */
function queriesOf(ctx: RouteContext, services: Services): readonly Query[] {
  const { query: parameters } = ctx.state.target;
  const written = [...partsOfParameters(parameters), ...parameters.getAll('query').map(partsOfText)];
  if (written.length === 0) throw refuse('None is asked for');
  if (written.length > mostQueries) throw refuse(`There are ${written.length}, and at most ${mostQueries} are taken`);
  const queries = written.map((parts) => queryFrom(ctx, services, parts));
  return [...new Map(queries.map((query) => [queryKey(query), query])).values()];
}

function partsOfParameters(parameters: URLSearchParams): readonly QueryParts[] {
  const [application, profiles, label] = ['application', 'profiles', 'label'].map((name) => parameters.get(name));
  if (application == null && profiles == null && label == null) return [];
  if (application == null || profiles == null) throw refuse('One of application and profiles is missing');
  return [{ application, profiles, label: textOr(label) }];
}

function partsOfText(text: string): QueryParts {
  const [application = '', profiles, ...label] = text.split('/');
  if (profiles === undefined) throw refuse('The parameter query has no profiles');
  return { application, profiles, label: textOr(label.join('/')) };
}

/** A label that is empty is none. */
function textOr(label: string | null | undefined): string | null {
  return label === undefined || label === '' ? null : label;
}

function refuse(what: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_NAME_INVALID',
    `${what}; application=orders&profiles=prod&label=main would be taken, and any number of query=orders/prod/main up to ${mostQueries}.`,
  );
}
