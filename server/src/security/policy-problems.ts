import type { PolicyRule } from './policy-rule.js';

export const policyLimits = { rules: 1000, patterns: 5000, patternLength: 256 } as const;

/** Everything that is wrong with rules beyond the shape of each field, as lines for the operator. */
export function policyProblems(rules: readonly PolicyRule[]): readonly string[] {
  const patterns = rules.flatMap(patternsOf);
  return [
    ...(rules.length > policyLimits.rules
      ? [`A policy has at most ${policyLimits.rules} rules, not ${rules.length}`]
      : []),
    ...(patterns.length > policyLimits.patterns
      ? [`A policy has at most ${policyLimits.patterns} patterns, not ${patterns.length}`]
      : []),
    ...patterns.filter((pattern) => pattern.length > policyLimits.patternLength).map(tooLong),
    ...repeated(rules.map(({ name }) => name)).map((name) => `Two rules have the name ${JSON.stringify(name)}`),
    ...rules.flatMap(ruleProblems),
  ];
}

function ruleProblems(rule: PolicyRule): readonly string[] {
  const about = `The rule ${JSON.stringify(rule.name)} (${rule.effect})`;
  const isAboutKeys = rule.effect === 'hide' || rule.effect === 'mask';
  const problems = isAboutKeys ? keyRuleProblems(rule) : queryRuleProblems(rule);
  return problems.filter(([isWrong]) => isWrong).map(([, text]) => `${about} ${text}`);
}

type Check = readonly [isWrong: boolean, text: string];

function keyRuleProblems({ keys, resources, headers }: PolicyRule): readonly Check[] {
  return [
    [!keys, 'needs `keys`: patterns of the keys that it is about'],
    [!!resources, 'cannot have `resources`; its keys are withheld from files too'],
    [!!headers, 'cannot have `headers`'],
  ];
}

function queryRuleProblems({ effect, keys, principals, roles, schemes, applications }: PolicyRule): readonly Check[] {
  const isAllow = effect === 'allow';
  return [
    [!!keys, 'cannot have `keys`; a rule with the effect hide or mask can'],
    [
      isAllow && !principals && !roles && !schemes,
      'does not say whom; write `principals`, `roles` or `schemes` (`principals: ["*"]` is everybody)',
    ],
    [isAllow && !applications, 'does not say what; write `applications` (`applications: ["*"]` is all of them)'],
  ];
}

function patternsOf(rule: PolicyRule): readonly string[] {
  const { principals, exceptPrincipals, applications, profiles, labels, resources, keys } = rule;
  return [principals, exceptPrincipals, applications, profiles, labels, resources, keys].flatMap((list) => list ?? []);
}

function tooLong(pattern: string): string {
  return `A pattern has at most ${policyLimits.patternLength} characters, not ${JSON.stringify(`${pattern.slice(0, 40)}…`)}`;
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
