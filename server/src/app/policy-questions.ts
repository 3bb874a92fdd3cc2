import { readGuardedBytes } from '../security/guarded-bytes.js';
import { runPolicyCases, type CaseOutcome, type PolicyCase } from '../security/policy-cases.js';
import type { AccessRequest, Policy, RuleFinding, Ruling } from '../security/policy.js';
import { parseQuery } from '../core/query.js';
import { ConfigServerError } from '../core/errors.js';
import { parsePolicyCases, type WrittenPolicyCase } from '../settings/policy-cases.js';
import { parsePolicyFile } from '../settings/policy-file.js';
import type { Settings } from '../settings/schema.js';
import { policyOf } from './policy.js';

/** The policy of a file, or the one that settings have. @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_POLICY_INVALID */
export async function policyFor(settings: Settings, file: string | undefined): Promise<AskedPolicy> {
  const path = file ?? settings.security['policy-file'];
  if (path !== null) return policyOf(parsePolicyFile(path, await readGuardedBytes(path, 'policy')), settings);
  if (settings.security.policy.rules.length > 0) return policyOf(settings.security.policy, settings);
  throw new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    'There is no policy: neither `security.policy` nor `security.policy-file` is written. `--policy FILE` names one.',
  );
}

/** What `policy` says of the cases in `path`. @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_NAME_INVALID */
export async function testPolicy(policy: AskedPolicy, path: string): Promise<readonly TestedCase[]> {
  const cases = parsePolicyCases(path, await readGuardedBytes(path, 'cases'));
  return runPolicyCases(policy, cases.map(caseOf));
}

/** A case as a policy is asked it. @throws ConfigServerError CONFIG_NAME_INVALID */
export function caseOf(written: WrittenPolicyCase, at: number): PolicyCase {
  const { name, key, expect, rule } = written;
  return {
    name: name ?? `case ${at + 1}`,
    request: requestOf(written),
    expect,
    ...(key === undefined ? {} : { key }),
    ...(rule === undefined ? {} : { rule }),
  };
}

/** A request as it is written down. */
export type WrittenRequest = Omit<WrittenPolicyCase, 'name' | 'key' | 'expect' | 'rule'>;

/** A policy that questions can be put to. */
export type AskedPolicy = Policy;

/** What became of a case. */
export type TestedCase = CaseOutcome;

export interface Explanation {
  readonly ruling: Ruling;
  readonly rules: readonly RuleFinding[];
}

/** What `policy` decides on a request, and how each rule stands to it. @throws ConfigServerError CONFIG_NAME_INVALID */
export function explainPolicy(policy: AskedPolicy, written: WrittenRequest): Explanation {
  const request = requestOf(written);
  return { ruling: policy.decide(request), rules: policy.explain(request) };
}

function requestOf({
  principal,
  roles,
  scheme,
  application,
  profiles,
  label,
  resource,
  headers,
}: WrittenRequest): AccessRequest {
  return {
    principal: { name: principal, roles, scheme },
    query: parseQuery({ application, profiles, label }),
    headers,
    ...(resource === undefined ? {} : { resource }),
  };
}
