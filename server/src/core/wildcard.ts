/** A pattern with a `*`, which stands for any text, slashes and none too: the texts around its stars. */
export interface Wildcard {
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: readonly string[];
}

/** `pattern` has a `*` at least. */
export function toWildcard(pattern: string): Wildcard {
  const [first, last] = [pattern.indexOf('*'), pattern.lastIndexOf('*')];
  const between = pattern.slice(first, last).split('*');
  return {
    prefix: pattern.slice(0, first),
    suffix: pattern.slice(last + 1),
    middle: between.filter((part) => part !== ''),
  };
}

/**
 * Whether `text` is one that the pattern stands for. The first place where a part fits is as good as any, since what follows
 * has then the most text left: the time is that of reading the text once.
 */
export function matchesWildcard({ prefix, suffix, middle }: Wildcard, text: string): boolean {
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
