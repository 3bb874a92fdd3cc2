import type { AccessRequest, Policy, Ruling } from './policy.js';

/** What a policy says of a case: of a request, or of a key in what it is answered. */
export type CaseAnswer = 'allow' | 'deny' | 'show' | 'hide' | 'mask';

export interface PolicyCase {
  readonly name: string;
  readonly request: AccessRequest;
  /** Undefined: the case is about the request. */
  readonly key?: string;
  readonly expect: CaseAnswer;
  /** The rule that is expected to decide: `policy team`, `default deny`. */
  readonly rule?: string;
}

export interface CaseOutcome {
  readonly name: string;
  readonly expected: CaseAnswer;
  readonly expectedRule?: string;
  readonly found: CaseAnswer;
  readonly rule: string;
  readonly reason: string;
  readonly isRight: boolean;
}

/** What `policy` says of each case. */
export function runPolicyCases(policy: Policy, cases: readonly PolicyCase[]): readonly CaseOutcome[] {
  return cases.map((one) => {
    const ruling = policy.decide(one.request);
    const found = answerOf(ruling, one.key);
    const { rule, reason } = ruling;
    const isRight = found === one.expect && (one.rule === undefined || one.rule === rule);
    const expectedRule = one.rule === undefined ? {} : { expectedRule: one.rule };
    return { name: one.name, expected: one.expect, ...expectedRule, found, rule, reason, isRight };
  });
}

function answerOf(ruling: Ruling, key: string | undefined): CaseAnswer {
  if (!ruling.isAllowed) return 'deny';
  return key === undefined ? 'allow' : (ruling.withheld?.of(key) ?? 'show');
}
