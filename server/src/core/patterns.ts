/** One character of a pattern: itself, or a wildcard. Wildcards are symbols so that text put in for a placeholder stays text. */
export type PatternToken = string | typeof anyOne | typeof anyRun;
/** `?`: one character but `/`. */
export const anyOne: unique symbol = Symbol('?');
/** `*`: any characters but `/`; as a whole segment `**`: any number of segments. */
export const anyRun: unique symbol = Symbol('*');

/** The segments of a path pattern: literal text, or tokens with wildcards. */
export type PatternSegment = string | readonly PatternToken[];

/** The tokens of literal text. */
export function literalTokens(text: string): readonly PatternToken[] {
  return Array.from(text);
}

/** The tokens of an Ant-style pattern: `*` and `?` are wildcards. */
export function patternTokens(text: string): readonly PatternToken[] {
  return Array.from(text).map((character) => (character === '*' ? anyRun : character === '?' ? anyOne : character));
}

/** Splits tokens at slashes, leaving empty and `.` segments out; undefined where one is `..`. */
export function patternSegments(tokens: readonly PatternToken[]): readonly PatternSegment[] | undefined {
  const segments: PatternSegment[] = [];
  let segment: PatternToken[] = [];
  for (const token of [...tokens, '/']) {
    if (token !== '/') {
      segment.push(token);
      continue;
    }
    const text = segment.every((part) => typeof part === 'string') ? segment.join('') : segment;
    if (text === '..') return undefined;
    if (text !== '' && text !== '.') segments.push(text);
    segment = [];
  }
  return segments;
}

/**
 * Whether `path` (segments) matches. `**` takes any number of segments, none too. The last wildcard is the only one that is
 * ever tried again, so the time is bounded by pattern × path, whatever the pattern.
 */
export function matchesPath(pattern: readonly PatternSegment[], path: readonly string[]): boolean {
  return matchesSequence(pattern, path, isAnyDepth, matchesSegment);
}

function isAnyDepth(segment: PatternSegment): boolean {
  return segment.length === 2 && segment[0] === anyRun && segment[1] === anyRun;
}

function matchesSegment(segment: PatternSegment, text: string): boolean {
  if (typeof segment === 'string') return segment === text;
  return matchesSequence(
    segment,
    Array.from(text),
    (token) => token === anyRun,
    (token, character) => token === anyOne || token === character,
  );
}

function matchesSequence<P, T>(
  pattern: readonly P[],
  text: readonly T[],
  isRun: (item: P) => boolean,
  matches: (item: P, value: T) => boolean,
): boolean {
  let at = 0;
  let item = 0;
  let retryItem = -1;
  let retryAt = 0;
  while (at < text.length) {
    const current = pattern[item];
    if (current !== undefined && isRun(current)) {
      retryItem = item;
      retryAt = at;
      item += 1;
    } else if (current !== undefined && matches(current, text[at] as T)) {
      item += 1;
      at += 1;
    } else if (retryItem >= 0) {
      retryAt += 1;
      item = retryItem + 1;
      at = retryAt;
    } else return false;
  }
  return pattern.slice(item).every(isRun);
}
