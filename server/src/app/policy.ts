import type { Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { extensions } from '../core/plan.js';
import { createPolicyAccess, openAccess, type Access } from '../security/access.js';
import { openPolicyFile } from '../security/policy-file.js';
import { clientHeaders, type PolicyRule } from '../security/policy-rule.js';
import { createPolicy, type Policy, type PolicyOptions } from '../security/policy.js';
import { parsePolicyFile } from '../settings/policy-file.js';
import type { SecuritySettings } from '../settings/sections/security.js';
import type { PolicySettings } from '../settings/sections/policy.js';
import type { GitSettings } from '../settings/sections/git-source.js';
import type { SourceSettings } from '../settings/sections/sources.js';
import type { Settings } from '../settings/schema.js';
import { securityModeOf } from '../settings/security-check.js';
import { requireOutside } from './outside.js';

/** Who may read what, and what is told of that. */
export interface ServerAccess {
  readonly access: Access;
  /** Undefined: there is no policy file that could go wrong. */
  readonly health?: () => HealthComponent;
  /** Idempotent. */
  close(): void;
}

/** @throws ConfigServerError CONFIG_POLICY_INVALID, CONFIG_SETTINGS_INVALID */
export async function accessOf(settings: Settings, emit: Emit): Promise<ServerAccess> {
  const { security } = settings;
  if (securityModeOf(security) !== 'configured') return { access: openAccess, close: () => undefined };
  const path = security['policy-file'];
  if (path !== null) {
    requireOutside('security.policy-file', path, settings.sources);
    return openPolicyFile({ path, parse: (bytes) => policyOf(parsePolicyFile(path, bytes), settings), emit });
  }
  const one = security.policy.rules.length === 0 ? ruleOfUser(security.user) : undefined;
  if (one !== undefined) {
    const policy = createPolicy({ rules: [one], profileNames: [], defaultLabels: defaultLabels(settings.sources) });
    return { access: createPolicyAccess(policy), close: () => undefined };
  }
  if (!security.policy.rules.some(({ effect }) => effect === 'allow'))
    emit({
      type: 'notice',
      message: 'no rule of `security.policy` allows anything: every configuration is refused (docs/security.md)',
    });
  return { access: createPolicyAccess(policyOf(security.policy, settings)), close: () => undefined };
}

/** @throws ConfigServerError CONFIG_POLICY_INVALID */
export function policyOf(policy: PolicySettings, { sources }: Pick<Settings, 'sources'>): Policy {
  return createPolicy({ ...rulesOf(policy), defaultLabels: defaultLabels(sources), standIns: standIns(sources) });
}

/** The reference lets its one user read everything; where no policy is written it means the same here. */
function ruleOfUser({ name, password }: SecuritySettings['user']): PolicyRule | undefined {
  // A name that is a pattern would be everybody's.
  if (password === null || name.includes('*')) return undefined;
  const resources = ['*', ...extensions.map((extension) => `*.${extension}`)];
  const who = { principals: [name], schemes: ['basic'] as const };
  return { name: 'security.user', effect: 'allow', ...who, applications: ['*'], resources, headers: clientHeaders };
}

function rulesOf(policy: PolicySettings): Pick<PolicyOptions, 'rules' | 'profileNames'> {
  return {
    profileNames: policy['profile-names'],
    rules: policy.rules.map(({ 'except-principals': exceptPrincipals, 'except-roles': exceptRoles, ...rule }) => ({
      ...rule,
      exceptPrincipals,
      exceptRoles,
    })),
  };
}

/** What a request without a label may be answered from, by any source. */
function defaultLabels(sources: readonly SourceSettings[]): readonly string[] {
  return [...new Set(sources.flatMap(labelsOf))];
}

function labelsOf(source: SourceSettings): readonly string[] {
  switch (source.type) {
    case 'git':
      return [source, ...source.repositories].flatMap(gitLabels);
    case 'native':
    case 'vault':
      return [source['default-label']];
  }
}

function gitLabels(one: Pick<GitSettings, 'default-label' | 'try-master-branch'>): readonly string[] {
  const label = one['default-label'];
  if (label === null) return ['main', 'master'];
  return label === 'main' && one['try-master-branch'] ? ['main', 'master'] : [label];
}

function standIns(sources: readonly SourceSettings[]): ReadonlyMap<string, string> {
  const triesMaster = sources.some(
    (source) => source.type === 'git' && [source, ...source.repositories].some((one) => one['try-master-branch']),
  );
  return new Map(triesMaster ? [['main', 'master']] : []);
}
