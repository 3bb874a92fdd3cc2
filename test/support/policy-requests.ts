import { parseQuery } from '#server/core/query.js';
import { createPolicy, type AccessRequest, type PolicyOptions, type Ruling } from '#server/security/policy.js';
import type { ClientHeader, PolicyRule } from '#server/security/policy-rule.js';
import type { Role } from '#server/security/principal.js';

export const team: PolicyRule = {
  name: 'team',
  effect: 'allow',
  principals: ['team-*'],
  applications: ['orders', 'shop-*'],
  profiles: ['dev', 'test'],
  labels: ['main', '(default)', 'feature/*'],
};
export const ops: PolicyRule = {
  name: 'ops',
  effect: 'allow',
  roles: ['operator'],
  applications: ['*'],
  resources: ['*'],
  headers: ['X-Config-Token'],
};

/** Who asks, and beside which query what for. */
export interface Ask {
  readonly who?: string;
  readonly roles?: readonly Role[];
  readonly resource?: string;
  readonly headers?: readonly ClientHeader[];
}

/** `orders/dev/main` as `who` asks for it. */
export function request(path: string, { who = 'team-a', roles = ['reader'], ...rest }: Ask = {}): AccessRequest {
  const [application = '', profiles = '', label] = path.split(' ');
  const query = parseQuery({ application, profiles, label: label ?? null });
  return { principal: { name: who, scheme: 'bearer', roles }, query, ...rest };
}

/** What a policy of `rules` decides. */
export function decide(
  rules: readonly PolicyRule[],
  asked: AccessRequest,
  options: Partial<PolicyOptions> = {},
): Ruling {
  return createPolicy({ rules, ...options }).decide(asked);
}

/** Whether each of `paths` is allowed. */
export function verdicts(
  rules: readonly PolicyRule[],
  paths: readonly string[],
  ask?: Ask,
  options?: Partial<PolicyOptions>,
): unknown {
  return Object.fromEntries(paths.map((path) => [path, decide(rules, request(path, ask), options).isAllowed]));
}
