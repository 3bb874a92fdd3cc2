import { traceIdOf, type Audit, type Occasion } from '../../core/audit.js';
import type { AppContext, AppMiddleware } from '../context.js';
import { knownAddress } from '../client-address.js';
import type { AnyRequest } from '../exchange.js';

/** Tells the audit what was decided of a request; where the record must be kept, no answer leaves before it is. */
export function recordDecisions(audit: Audit): AppMiddleware {
  return async (ctx, next) => {
    if (!audit.isOn) {
      await next();
      return;
    }
    try {
      await next();
    } finally {
      await record(audit, ctx);
    }
  };
}

/** Where a request comes from, and to which trace it belongs. */
export function occasionOf(request: AnyRequest): Occasion {
  const { traceparent } = request.headers;
  return {
    address: knownAddress(request),
    traceId: traceIdOf(typeof traceparent === 'string' ? traceparent : undefined),
  };
}

async function record(audit: Audit, ctx: AppContext): Promise<void> {
  const { decision, decisions = decision === undefined ? [] : [decision] } = ctx.state;
  const occasion = occasionOf(ctx.req);
  try {
    await Promise.all(decisions.map(async (one) => audit.record(one, occasion)));
  } catch (error) {
    // What was to be answered is not; nothing of it may show.
    for (const name of Object.keys(ctx.response.headers)) ctx.remove(name);
    throw error;
  }
}
