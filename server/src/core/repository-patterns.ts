import { matchesWildcard, toWildcard, type Wildcard } from './wildcard.js';

/**
 * Patterns of `application/profile` that choose a repository (spring-cloud-config.md §3.4): only `*` is special, it stands
 * for any text, slashes and commas too. Compiled once; a text is looked for behind each other in one pass, never again.
 */
export interface RepositoryPatterns {
  /** Whether any alternative matches the whole of `text`. `onTrial` is told of each alternative that is tried. */
  matches(text: string, onTrial?: () => void): boolean;
}

interface Index {
  /** By their fixed beginning or end, so that of thousands only those are tried that may match. */
  readonly byFixed: ReadonlyMap<string, readonly Wildcard[]>;
  readonly lengths: readonly number[];
}

export function compileRepositoryPatterns(written: readonly string[]): RepositoryPatterns {
  const alternatives = new Set(written.flatMap(withAdditions));
  const exact = new Set([...alternatives].filter((pattern) => !pattern.includes('*')));
  const wildcards = [...alternatives].filter((pattern) => pattern.includes('*')).map(toWildcard);
  const byPrefix = indexBy(wildcards.filter(hasPrefix), ({ prefix }) => prefix);
  const bySuffix = indexBy(
    wildcards.filter((one) => !hasPrefix(one)),
    ({ suffix }) => suffix,
  );
  return {
    matches(text, onTrial) {
      const isMatch = (one: Wildcard): boolean => {
        onTrial?.();
        return matchesWildcard(one, text);
      };
      return (
        exact.has(text) ||
        candidates(byPrefix, text, (length) => text.slice(0, length)).some(isMatch) ||
        candidates(bySuffix, text, (length) => text.slice(text.length - length)).some(isMatch)
      );
    },
  };
}

/** `team-*` is meant for any profile; a pattern that ends in a profile is meant for lists that begin with it, too. */
function withAdditions(pattern: string): readonly string[] {
  return [
    pattern,
    ...(pattern.includes('/') ? [] : [`${pattern}/*`]),
    ...(pattern.endsWith('*') ? [] : [`${pattern},*`]),
  ];
}

const hasPrefix = ({ prefix }: Wildcard): boolean => prefix !== '';

function indexBy(wildcards: readonly Wildcard[], fixedOf: (one: Wildcard) => string): Index {
  const byFixed = new Map<string, Wildcard[]>();
  for (const one of wildcards) {
    const known = byFixed.get(fixedOf(one));
    if (known === undefined) byFixed.set(fixedOf(one), [one]);
    else known.push(one);
  }
  return { byFixed, lengths: [...new Set([...byFixed.keys()].map(({ length }) => length))] };
}

function candidates({ byFixed, lengths }: Index, text: string, fixedOf: (length: number) => string): Wildcard[] {
  return lengths.filter((length) => length <= text.length).flatMap((length) => byFixed.get(fixedOf(length)) ?? []);
}
