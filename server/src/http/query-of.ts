import { parseQuery, type Query, type QueryParts } from '../core/query.js';
import { isConfigServerError } from '../core/errors.js';
import type { Withheld } from '../security/withheld.js';
import { callerTokenOf } from './caller-token.js';
import type { RouteContext } from './context.js';
import { policyForbids } from './gate.js';
import { instanceOf } from './instance.js';
import type { Services } from './services.js';

type QueryServices = Pick<Services, 'environments' | 'queries' | 'takesCallerTokens' | 'takesInstances'>;

/** The query that a route's segments make. @throws ConfigServerError CONFIG_NAME_INVALID */
export function queryOf(ctx: RouteContext, services: QueryServices): Query {
  const { application = '', profiles = '', label = null } = ctx.params;
  return queryFrom(ctx, services, { application, profiles, label });
}

/** The query of `parts`, with what the request brings beside. @throws ConfigServerError CONFIG_NAME_INVALID */
export function queryFrom(ctx: RouteContext, services: QueryServices, parts: QueryParts): Query {
  const token = services.takesCallerTokens
    ? callerTokenOf(ctx.get('X-Config-Token'), services.environments.callerId)
    : undefined;
  const instance = services.takesInstances ? instanceOf(ctx.get('X-Config-Instance')) : undefined;
  return parseQuery({ ...parts, token, instance }, services.queries);
}

/** A query that may be answered, without what is withheld from who asks. */
export interface Admitted {
  readonly query: Query;
  /** As it was asked, before the policy kept anything from being used. */
  readonly asked: Query;
  readonly withheld: Withheld | null;
}

/**
 * The query of a route that answers from the sources, decided on as it has been read: nothing later looks at the path.
 * @throws ConfigServerError CONFIG_NAME_INVALID, CONFIG_FORBIDDEN
 */
export function admittedQuery(
  ctx: RouteContext,
  services: QueryServices & Pick<Services, 'gate'>,
  resource?: string,
): Admitted {
  return admitted(ctx, services, queryOf(ctx, services), resource);
}

/** `asked`, as it may be answered. @throws ConfigServerError CONFIG_FORBIDDEN */
export function admitted(
  ctx: RouteContext,
  services: Pick<Services, 'gate'>,
  asked: Query,
  resource?: string,
): Admitted {
  const { withheld, takesInstance } = services.gate.admit(ctx, {
    query: asked,
    ...(resource === undefined ? {} : { resource }),
  });
  if (asked.instance === undefined || takesInstance) return { query: asked, asked, withheld };
  const { instance: _, ...rest } = asked;
  return { query: Object.freeze(rest), asked, withheld };
}

/**
 * What `find` gives. Where the policy kept an instance's id from being used and the answer needs it, that is forbidden: clients
 * send the id with every request, whether anything is asked for by it or not.
 */
export async function findAdmitted<T>(ctx: RouteContext, { query }: Admitted, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    const isKept = query.instance === undefined && ctx.get('X-Config-Instance') !== '';
    if (isKept && isConfigServerError(error, 'CONFIG_INSTANCE_MISSING')) throw policyForbids(error);
    throw error;
  }
}
