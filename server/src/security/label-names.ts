import type { NamePatterns } from './name-patterns.js';

/** How rules name the label of a request that has none. */
export const defaultLabelName = '(default)';

/** The labels of a query as rules see them. */
export function labelsOf(query: { readonly labels: readonly string[] }): readonly string[] {
  return query.labels.length === 0 ? [defaultLabelName] : query.labels;
}

/**
 * Whether a rule that forbids is about `label`. The default label and what it stands for are one to it, and a commit id may
 * be any label's.
 */
export function mayBeLabel(patterns: NamePatterns, label: string, defaultLabels: readonly string[]): boolean {
  if (patterns.matches(label) || isCommitId(label)) return true;
  const isDefault = label === defaultLabelName || defaultLabels.includes(label);
  return isDefault && [defaultLabelName, ...defaultLabels].some((name) => patterns.matches(name));
}

function isCommitId(label: string): boolean {
  return /^[0-9a-f]{4,64}$/i.test(label);
}
