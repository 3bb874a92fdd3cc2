import { loadSettings } from '../app/load-settings.js';
import { explainPolicy, policyFor, testPolicy } from '../app/policy-questions.js';
import type { AskedPolicy, Explanation, TestedCase } from '../app/policy-questions.js';
import type { PolicyHeader, PolicyScheme } from '../settings/sections/policy.js';
import type { RoleName } from '../settings/sections/roles.js';
import type { SettingsFormat } from '../settings/recognize.js';
import type { ProgramContext } from './context.js';

/** Where the policy is, and how to tell of it. */
export interface PolicyOptions {
  readonly config?: string;
  readonly configFormat?: SettingsFormat;
  readonly policy?: string;
  readonly json?: true;
}

/** Prints the cases of a table that a policy decides otherwise; 1 where there is one. */
export async function policyTest(file: string, options: PolicyOptions, context: ProgramContext): Promise<number> {
  const outcomes = await testPolicy(await policyOf(options, context), file);
  const failed = outcomes.filter(({ isRight }) => !isRight).length;
  const told = options.json === true ? JSON.stringify({ cases: outcomes, failed }) : report(outcomes, failed);
  context.stdout.write(`${told}\n`);
  return failed === 0 ? 0 : 1;
}

/** Arguments after `policy explain`. */
export interface ExplainOptions extends PolicyOptions {
  readonly principal: string;
  readonly role: readonly RoleName[];
  readonly scheme: PolicyScheme;
  readonly application: string;
  readonly profiles: string;
  readonly label?: string;
  readonly resource?: string;
  readonly header: readonly PolicyHeader[];
  readonly key: readonly string[];
}

/** Prints what a policy decides on a request, by which rule, and why the others do not apply. */
export async function policyExplain(options: ExplainOptions, context: ProgramContext): Promise<number> {
  const { principal, role, scheme, application, profiles, label = null, resource, header, key } = options;
  const rest = resource === undefined ? {} : { resource };
  const request = { principal, roles: [...role], scheme, application, profiles, label, headers: [...header], ...rest };
  const explanation = explainPolicy(await policyOf(options, context), request);
  const keys = new Map(key.map((one) => [one, shownKey(explanation, one)]));
  const told = options.json === true ? json(explanation, keys) : text(explanation, keys);
  context.stdout.write(`${told}\n`);
  return 0;
}

async function policyOf(
  { config, configFormat, policy }: PolicyOptions,
  context: ProgramContext,
): Promise<AskedPolicy> {
  const { settings } = await loadSettings({
    environment: context.environment,
    withoutServing: true,
    ...(config === undefined ? {} : { config }),
    ...(configFormat === undefined ? {} : { format: configFormat }),
  });
  return policyFor(settings, policy);
}

function report(outcomes: readonly TestedCase[], failed: number): string {
  const lines = outcomes.filter(({ isRight }) => !isRight).map(findingText);
  return [...lines, `${outcomes.length} cases, ${failed} failed`].join('\n');
}

function findingText({ name, expected, expectedRule, found, rule, reason }: TestedCase): string {
  const by = expectedRule === undefined ? '' : ` by ${expectedRule}`;
  return `failed  ${name}: expected ${expected}${by}, got ${found} (${rule}: ${reason})`;
}

function shownKey({ ruling }: Explanation, key: string): string {
  return ruling.isAllowed ? (ruling.withheld?.of(key) ?? 'show') : 'deny';
}

function json({ ruling, rules }: Explanation, keys: ReadonlyMap<string, string>): string {
  const { isAllowed, rule, reason } = ruling;
  return JSON.stringify({ isAllowed, rule, reason, rules, keys: [...keys].map(([key, answer]) => ({ key, answer })) });
}

function text({ ruling, rules }: Explanation, keys: ReadonlyMap<string, string>): string {
  return [
    `${ruling.isAllowed ? 'allowed' : 'denied'}: ${ruling.rule}: ${ruling.reason}`,
    ...[...keys].map(([key, answer]) => `key ${key}: ${answer}`),
    'rules:',
    ...rules.map(({ name, effect, mismatch }) => `  ${effect} ${name}: ${mismatch ?? 'applies'}`),
  ].join('\n');
}
