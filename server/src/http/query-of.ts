import { parseQuery, type Query } from '../core/query.js';
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
  const token = services.takesCallerTokens
    ? callerTokenOf(ctx.get('X-Config-Token'), services.environments.callerId)
    : undefined;
  const instance = services.takesInstances ? instanceOf(ctx.get('X-Config-Instance')) : undefined;
  return parseQuery({ application, profiles, label, token, instance }, services.queries);
}

/** A query that may be answered, without what is withheld from who asks. */
export interface Admitted {
  readonly query: Query;
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
  const query = queryOf(ctx, services);
  const { withheld, takesInstance } = services.gate.admit(ctx, {
    query,
    ...(resource === undefined ? {} : { resource }),
  });
  if (query.instance === undefined || takesInstance) return { query, withheld };
  const { instance: _, ...rest } = query;
  return { query: Object.freeze(rest), withheld };
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
