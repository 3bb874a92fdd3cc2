import type { SchemaIssue } from '../errors.js';
import type { StandardSchemaIssue } from '../standard-schema.js';
import type { MarkedProperties } from '../values/index.js';
import { formsOf, hasPieceOf, withoutSecrets, withoutTexts } from './redact.js';

const mostIssues = 100;
const mostValues = 1000;
const shortestBelow = 4;

/** What the schema was given: nested, and flat with the marks of secrets. */
export interface SchemaInput {
  readonly tree: unknown;
  readonly flat: MarkedProperties;
}

/** The schema's issues as keys and texts. Validators like to quote what they were given, so values are taken out. */
export function readIssues(
  issues: readonly StandardSchemaIssue[],
  { tree, flat }: SchemaInput,
): readonly SchemaIssue[] {
  return issues.slice(0, mostIssues).map((issue) => {
    const segments = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
    const path = formatPath(segments);
    const message = withoutSecrets(withoutValues(issue.message, valueAt(tree, segments)), flat);
    const property = flat.get(path);
    const isTelling = property?.secret === true && hasPieceOf(message, property);
    return { path, message: isTelling ? 'What the schema says of this secret has a piece of it.' : message };
  });
}

/** `orders.max-items (expected number); …` for an error's message. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  const shown = issues.slice(0, 10).map(({ path, message }) => `${path === '' ? '(the whole)' : path}: ${message}`);
  return `${shown.join('; ')}${issues.length > shown.length ? `; and ${issues.length - shown.length} more` : ''}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((segment, index) =>
      typeof segment === 'number' ? `[${segment}]` : `${index === 0 ? '' : '.'}${String(segment)}`,
    )
    .join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? Object.getOwnPropertyDescriptor(node, key)?.value : undefined,
    input,
  );
}

function withoutValues(message: string, value: unknown): string {
  const isContainer = typeof value === 'object' && value !== null;
  return withoutTexts(message, scalarTexts(value), isContainer ? shortestBelow : 1);
}

function scalarTexts(value: unknown): ReadonlySet<string> {
  const texts = new Set<string>();
  const open: unknown[] = [value];
  while (open.length > 0 && texts.size < mostValues) {
    const next = open.pop();
    if (typeof next === 'object' && next !== null) open.push(...(Object.values(next) as unknown[]));
    else if (typeof next === 'string') for (const form of formsOf(next)) texts.add(form);
    else if (typeof next === 'number' || typeof next === 'bigint') texts.add(String(next));
  }
  return texts;
}
