/** Whether a text is one of those that some patterns stand for. */
export interface NamePatterns {
  matches(text: string): boolean;
  /** Whether every text matches. */
  readonly matchesAll: boolean;
  /** The patterns without a wildcard. */
  readonly exact: ReadonlySet<string>;
}

/** The texts around the wildcards of one pattern. */
interface Wildcard {
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: readonly string[];
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

function toWildcard(pattern: string): Wildcard {
  const [prefix = '', ...rest] = pattern.split('*');
  const suffix = rest.pop() ?? '';
  return { prefix, suffix, middle: rest.filter((part) => part !== '') };
}

/** The first place where a part fits is as good as any: what follows has then the most text left. */
function matchesWildcard({ prefix, suffix, middle }: Wildcard, text: string): boolean {
  const end = text.length - suffix.length;
  if (end < prefix.length || !text.startsWith(prefix) || !text.endsWith(suffix)) return false;
  let at = prefix.length;
  for (const part of middle) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
