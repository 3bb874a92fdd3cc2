import { basename } from 'node:path';
import { unflatten } from 'cairn-config-client/values';
import type { Tree } from 'cairn-config-client/values';
import { z } from 'zod';

import { settingsInvalid } from './problems.js';
import { parseDocuments } from './read-documents.js';
import { policyHeaders, policySchemes } from './sections/policy.js';
import type { PolicyHeader, PolicyScheme } from './sections/policy.js';
import { roleNames } from './sections/roles.js';
import type { RoleName } from './sections/roles.js';

/** One case of a table: who asks for what, and what a policy is expected to say. */
export interface WrittenPolicyCase {
  readonly name?: string | undefined;
  readonly principal: string;
  readonly roles: readonly RoleName[];
  readonly scheme: PolicyScheme;
  readonly application: string;
  readonly profiles: string;
  readonly label: string | null;
  readonly resource?: string | undefined;
  readonly headers: readonly PolicyHeader[];
  readonly key?: string | undefined;
  readonly expect: 'allow' | 'deny' | 'show' | 'hide' | 'mask';
  readonly rule?: string | undefined;
}

const caseSchema: z.ZodType<WrittenPolicyCase> = z.strictObject({
  name: z.string().optional(),
  principal: z.string().min(1),
  roles: z.array(z.enum(roleNames)).default(['reader']),
  scheme: z.enum(policySchemes).default('bearer'),
  application: z.string().min(1),
  profiles: z.string().default('default'),
  label: z
    .string()
    .nullable()
    .default(null)
    .transform((label) => (label === '' ? null : label)),
  resource: z.string().optional(),
  headers: z.array(z.enum(policyHeaders)).default([]),
  key: z.string().optional(),
  expect: z.enum(['allow', 'deny', 'show', 'hide', 'mask']),
  rule: z.string().optional(),
});

const fileSchema = z.strictObject({ cases: z.array(caseSchema).min(1).max(10_000) });

/** The cases in a YAML or JSON file. @throws ConfigServerError CONFIG_SETTINGS_INVALID with everything that is wrong */
export function parsePolicyCases(path: string, bytes: Uint8Array): readonly WrittenPolicyCase[] {
  const flat = new Map<string, string>();
  for (const { properties } of parseDocuments(basename(path), bytes, 'cases'))
    for (const { name, value } of properties) flat.set(name, String(value ?? ''));
  const { data, error } = fileSchema.safeParse(plain(unflatten(flat)));
  if (data !== undefined) return data.cases;
  throw settingsInvalid(
    error.issues.map((issue) => ({ text: `\`${issue.path.join('.')}\` (${basename(path)}): ${issue.message}` })),
  );
}

/** Only objects that have no keys of others' are handed to the schema. */
function plain(tree: Tree): unknown {
  if (Array.isArray(tree)) return tree.map(plain);
  if (!(tree instanceof Map)) return tree;
  return Object.fromEntries([...tree].map(([key, value]) => [key, plain(value)]));
}
