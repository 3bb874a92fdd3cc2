/** The gate before every route: who asks, and whether the route, and what is asked for, is theirs. */
import type { Audit, Decision } from '../core/audit.js';
import { ConfigServerError } from '../core/errors.js';
import type { Query } from '../core/query.js';
import { openRule, type Access } from '../security/access.js';
import type { Authenticator } from '../security/authenticator.js';
import type { Ruling } from '../security/policy.js';
import type { ClientHeader } from '../security/policy-rule.js';
import { nobody, roles, type Principal, type Role } from '../security/principal.js';
import { mayActAs } from '../security/role-of.js';
import type { Withheld } from '../security/withheld.js';
import type { AppContext } from './context.js';
import { presentedBy } from './presented.js';

/**
 * What a route asks of who asks. A role; `authenticated`: to be known; `optional`: nothing, but who brings a credential is
 * recognized by it; `public`: nothing, and no credential is looked at; `signed`: the route finds out by the body.
 */
export type RouteAccess = Role | 'authenticated' | 'optional' | 'public' | 'signed';

export interface Guarded {
  readonly path: string;
  readonly access: RouteAccess;
}

/** What of a request is decided on beside its query. */
export interface Admittance {
  readonly query: Query;
  /** Path of a file that is to be served as it is. */
  readonly resource?: string;
}

/** What is let through. */
export interface Admitting {
  /** What of the answer is not; null: nothing. */
  readonly withheld: Withheld | null;
  /** Whether the id of an instance may be used. */
  readonly takesInstance: boolean;
}

export interface Gate {
  /** True where nobody is asked who they are. */
  readonly isOpen: boolean;
  /**
   * Lets a request to a route.
   * @throws ConfigServerError CONFIG_UNAUTHENTICATED and others of the authenticator, CONFIG_FORBIDDEN without the role,
   * CONFIG_AUDIT_UNAVAILABLE where its decision could not be kept
   */
  enter(ctx: AppContext, route: Guarded): Promise<void>;
  /** Whether the request brings a credential, right or wrong. */
  presents(ctx: AppContext): boolean;
  /** Lets a request to a route that is `signed` by its principal's role. @throws as `enter` */
  enterByRole(ctx: AppContext, role: Role): Promise<void>;
  /** Lets in who a route that is `signed` has recognized itself. */
  enterAs(ctx: AppContext, principal: Principal, rule: string): void;
  /**
   * Lets what is asked for be answered. A token in the name of which is read must be allowed, an instance's id is else not used.
   * @throws ConfigServerError CONFIG_FORBIDDEN, the same whether there is such a thing or not; CONFIG_UNAUTHENTICATED where
   * the credential was taken back meanwhile
   */
  admit(ctx: AppContext, asked: Admittance): Admitting;
  /** Calls `listener` where the credential of who asks was taken back. Returns the function that unsubscribes. */
  onWithdraw(ctx: AppContext, listener: () => void): () => void;
}

export interface GateOptions {
  readonly authenticator: Authenticator;
  readonly access: Access;
  readonly audit: Audit;
}

const unauthenticated = 'not authenticated';

export function createGate({ authenticator, access, audit }: GateOptions): Gate {
  const { isAnonymous: isOpen, withdrawals } = authenticator;
  const presents = (ctx: AppContext): boolean => authenticator.presents(presentedBy(ctx.req));
  const identify = async (ctx: AppContext): Promise<void> => {
    try {
      ctx.state.principal = await authenticator.authenticate(presentedBy(ctx.req), ctx.state.signal);
    } catch (error) {
      note(ctx, { isAllowed: false, rule: unauthenticated });
      throw error;
    }
  };
  const enterByRole = async (ctx: AppContext, role: Role): Promise<void> => {
    await identify(ctx);
    const isAllowed = mayActAs(ctx.state.principal, role);
    note(ctx, { isAllowed, rule: isOpen ? openRule : `role ${role}` });
    if (!isAllowed)
      throw new ConfigServerError('CONFIG_FORBIDDEN', `The route is for principals with the role ${role}.`);
  };
  return {
    isOpen,
    presents,
    enterByRole,
    async enter(ctx, { path, access: needed }) {
      Object.assign(ctx.state, { route: path, principal: nobody });
      if (isDecision(needed) && audit.isOn && !audit.isReady()) throw unaudited();
      if (isRole(needed)) await enterByRole(ctx, needed);
      else if (isOpen || needed === 'authenticated' || (needed === 'optional' && presents(ctx))) await identify(ctx);
    },
    enterAs(ctx, principal, rule) {
      ctx.state.principal = principal;
      note(ctx, { isAllowed: true, rule });
    },
    admit(ctx, { query, resource }) {
      const file = resource === undefined ? {} : { resource };
      const { name: application, profileText: profiles, label } = query;
      const about = { application, profiles, label, ...file };
      const { principal } = ctx.state;
      if (withdrawals.has(principal)) {
        note(ctx, { isAllowed: false, rule: unauthenticated, ...about });
        throw authenticator.refuseWithdrawn(principal, presentedBy(ctx.req));
      }
      const decide = (headers: readonly ClientHeader[]): Ruling =>
        access.decide({ principal, query, headers, ...file });
      ctx.state.generation = access.generation;
      const headers = headersUsed(query);
      const first = decide(headers);
      const takesInstance = first.isAllowed && query.instance !== undefined;
      const ruling = first.isAllowed || query.instance === undefined ? first : decide(withoutInstance(headers));
      note(ctx, { isAllowed: ruling.isAllowed, rule: ruling.rule, ...about });
      if (!ruling.isAllowed) throw policyForbids();
      return { withheld: ruling.withheld, takesInstance };
    },
    onWithdraw: (ctx, listener) =>
      withdrawals.onWithdraw(() => {
        if (withdrawals.has(ctx.state.principal)) listener();
      }),
  };
}

/** That the policy does not allow a request: the same words whatever it is about. */
export function policyForbids(cause?: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_FORBIDDEN', 'The policy does not allow this request.', { cause });
}

function headersUsed({ token, instance }: Query): readonly ClientHeader[] {
  const used: readonly (readonly [ClientHeader, unknown])[] = [
    ['X-Config-Token', token],
    ['X-Config-Instance', instance],
  ];
  return used.filter(([, value]) => value !== undefined).map(([header]) => header);
}

function withoutInstance(headers: readonly ClientHeader[]): readonly ClientHeader[] {
  return headers.filter((header) => header !== 'X-Config-Instance');
}

function isRole(access: RouteAccess): access is Role {
  return roles.some((role) => role === access);
}

function isDecision(access: RouteAccess): boolean {
  return access !== 'public' && access !== 'optional';
}

type Noted = Pick<Decision, 'isAllowed' | 'rule'> & Partial<Decision>;

/** What the audit is told once the request has been answered; the last decision of a request is the one that counts. */
function note(ctx: AppContext, noted: Noted): void {
  const { principal, route } = ctx.state;
  ctx.state.decision = {
    principal: principal.name,
    scheme: principal.scheme,
    method: ctx.method,
    route,
    application: null,
    profiles: null,
    label: null,
    version: null,
    digest: null,
    ...noted,
  };
}

function unaudited(): ConfigServerError {
  return new ConfigServerError('CONFIG_AUDIT_UNAVAILABLE', 'No request is answered whose record cannot be kept.');
}
