import { matchesWildcard, toWildcard } from '../core/wildcard.js';

/** Whether a text is one of those that some patterns stand for. */
export interface NamePatterns {
  matches(text: string): boolean;
  /** Whether every text matches. */
  readonly matchesAll: boolean;
  /** The patterns without a wildcard. */
  readonly exact: ReadonlySet<string>;
}

/**
 * The pattern language of policies: `*` stands for any text, slashes and none too; every other character for itself. Parts are
 * looked for behind each other, never again, so the time is that of reading the text once for each pattern.
 */
export function compileNamePatterns(written: readonly string[]): NamePatterns {
  const matchesAll = written.includes('*');
  const exact = new Set(written.filter((pattern) => !pattern.includes('*')));
  const wildcards = written.filter((pattern) => pattern.includes('*')).map(toWildcard);
  return {
    matchesAll,
    exact,
    matches: (text) => matchesAll || exact.has(text) || wildcards.some((wildcard) => matchesWildcard(wildcard, text)),
  };
}
