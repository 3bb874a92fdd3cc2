import type { SchemaIssue } from '../errors.js';
import type { StandardSchemaIssue } from '../standard-schema.js';

const mostIssues = 100;
const mostValues = 1000;
const shortestBelow = 4;

/** The schema's issues as keys and texts. Validators like to quote what they were given, so values are taken out. */
export function readIssues(issues: readonly StandardSchemaIssue[], input: unknown): readonly SchemaIssue[] {
  return issues.slice(0, mostIssues).map((issue) => {
    const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
    return { path: formatPath(path), message: withoutValues(issue.message, valueAt(input, path)) };
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
  const texts = [...scalarTexts(value)].filter((text) => text.length >= (isContainer ? shortestBelow : 1));
  // The longest first: a value may be part of another.
  return texts
    .sort((left, right) => right.length - left.length)
    .reduce((text, secret) => text.replaceAll(secret, '…'), message);
}

function scalarTexts(value: unknown): ReadonlySet<string> {
  const texts = new Set<string>();
  const open: unknown[] = [value];
  while (open.length > 0 && texts.size < mostValues) {
    const next = open.pop();
    if (typeof next === 'object' && next !== null) open.push(...(Object.values(next) as unknown[]));
    else if (typeof next === 'string') texts.add(next).add(JSON.stringify(next).slice(1, -1));
    else if (typeof next === 'number' || typeof next === 'bigint') texts.add(String(next));
  }
  texts.delete('');
  return texts;
}
