import {
  literalTokens,
  matchesPath,
  patternSegments,
  patternTokens,
  type PatternSegment,
  type PatternToken,
} from '../core/patterns.js';
import type { Query } from '../core/query.js';

/** Which applications may refer to which secrets. */
export interface SecretRule {
  /** Names, or patterns such as `orders-*`. */
  readonly applications: readonly string[];
  /** Profiles or patterns, one of which has to be asked for; empty: any. */
  readonly profiles: readonly string[];
  /** Patterns of `<mount>/<path>`, with `{application}` and `{profile}`. */
  readonly paths: readonly string[];
}

/** Whether each application that a query asks for may refer to the secret at `path`. Nobody may unless a rule says so. */
export type ReferencePolicy = (path: string, query: Pick<Query, 'applications' | 'profiles'>) => boolean;

interface Asker {
  readonly application: string;
  readonly profile: string;
}

type Matcher = (segments: readonly string[], asker: Asker) => boolean;

interface Rule {
  readonly application: (name: string) => boolean;
  readonly profile: (name: string) => boolean;
  readonly paths: readonly Matcher[];
}

export function createReferencePolicy(rules: readonly SecretRule[]): ReferencePolicy {
  const compiled = rules.map((rule): Rule => ({
    application: anyOf(rule.applications),
    profile: rule.profiles.length === 0 ? () => true : anyOf(rule.profiles),
    paths: rule.paths.map(pathMatcher),
  }));
  return (path, { applications, profiles }) => {
    const segments = path.split('/');
    // The documents of `default` are part of every environment.
    const asked = new Set([...profiles, 'default']);
    return applications.every((application) =>
      compiled.some((rule) => rule.application(application) && allows(rule, segments, { application, asked })),
    );
  };
}

function allows(
  rule: Rule,
  segments: readonly string[],
  { application, asked }: { readonly application: string; readonly asked: ReadonlySet<string> },
): boolean {
  return [...asked].some(
    (profile) => rule.profile(profile) && rule.paths.some((matches) => matches(segments, { application, profile })),
  );
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  // A pattern that leads out of itself matches nothing.
  const matchers = patterns.flatMap((pattern) => {
    const segments = patternSegments(patternTokens(pattern));
    return segments === undefined ? [] : [segments];
  });
  return (name) => matchers.some((matcher) => matchesPath(matcher, name.split('/')));
}

function pathMatcher(pattern: string): Matcher {
  const pieces = pattern.split(/(\{application\}|\{profile\})/);
  const isFixed = pieces.length === 1;
  const fixed = isFixed ? patternSegments(patternTokens(pattern)) : undefined;
  return (segments, asker) => {
    const made = isFixed ? fixed : segmentsFor(pieces, asker);
    return made !== undefined && matchesPath(made, segments);
  };
}

/** What stands for a placeholder is text: its wildcards are none, and one that would change the path's shape allows nothing. */
function segmentsFor(pieces: readonly string[], asker: Asker): readonly PatternSegment[] | undefined {
  const tokens: PatternToken[] = [];
  for (const piece of pieces) {
    const text = piece === '{application}' ? asker.application : piece === '{profile}' ? asker.profile : undefined;
    if (text === undefined) tokens.push(...patternTokens(piece));
    else if (text.split('/').some((segment) => /^\.*$/.test(segment))) return undefined;
    else tokens.push(...literalTokens(text));
  }
  return patternSegments(tokens);
}
