import { literalTokens, matchesPath, patternSegments, patternTokens } from './patterns.js';
import type { PatternSegment, PatternToken } from './patterns.js';

/** Where files are looked for: a folder (`''` is the root, else with a trailing slash) or one file. */
export interface Location {
  readonly kind: 'directory' | 'file';
  readonly path: string;
}

/** What `{application}`, `{profile}` and `{label}` stand for, in the order of the request. */
export interface PlaceholderValues {
  readonly applications: readonly string[];
  readonly profiles: readonly string[];
  readonly labels: readonly string[];
}

export interface SearchPathOptions {
  readonly values: PlaceholderValues;
  /** Every folder of the snapshot, sorted; only asked for where a search path has wildcards. */
  readonly directories: () => readonly string[];
  /** Whether a search path may name a file (native). Default false. */
  readonly files?: boolean;
}

/**
 * The locations that search paths stand for, in order, duplicates collapsed: nested loops over path, profile and
 * application; wildcards match folders only. A path that would leave the root is dropped.
 */
export function expandSearchPaths(searchPaths: readonly string[], options: SearchPathOptions): readonly Location[] {
  const locations = new Map<string, Location>();
  for (const searchPath of searchPaths)
    for (const tokens of substitutions(searchPath, options.values)) {
      const segments = patternSegments(tokens);
      if (segments === undefined) continue;
      for (const location of locationsOf(segments, options)) locations.set(location.path, location);
    }
  return [...locations.values()];
}

/** Whether a search path names one file rather than a folder. */
export function namesFile(searchPath: string): boolean {
  return /\.(ya?ml|properties)$/.test(searchPath);
}

function substitutions(searchPath: string, values: PlaceholderValues): readonly (readonly PatternToken[])[] {
  const parts = searchPath.split(/(\{(?:application|profile|label)\})/);
  const choices = (placeholder: string, list: readonly string[]): readonly string[] =>
    parts.includes(placeholder) && list.length > 0 ? list : [placeholder];
  const results: (readonly PatternToken[])[] = [];
  for (const profile of choices('{profile}', values.profiles))
    for (const application of choices('{application}', values.applications))
      for (const label of choices('{label}', values.labels)) {
        const chosen = new Map([
          ['{profile}', profile],
          ['{application}', application],
          ['{label}', label],
        ]);
        results.push(parts.flatMap((part) => substitute(part, chosen)));
      }
  return results;
}

function substitute(part: string, chosen: ReadonlyMap<string, string>): readonly PatternToken[] {
  const value = chosen.get(part);
  return value === undefined ? patternTokens(part) : literalTokens(value);
}

function locationsOf(segments: readonly PatternSegment[], options: SearchPathOptions): readonly Location[] {
  const literals = segments.filter((segment) => typeof segment === 'string');
  if (literals.length < segments.length) {
    // As in the reference, `a/**` is what is below `a`, not `a` itself.
    const start = literals
      .slice(
        0,
        segments.findIndex((segment) => typeof segment !== 'string'),
      )
      .join('/');
    const isMatch = (directory: string): boolean => directory !== start && matchesPath(segments, directory.split('/'));
    return options.directories().filter(isMatch).map(toDirectory);
  }
  const path = literals.join('/');
  return [options.files === true && namesFile(path) ? { kind: 'file', path } : toDirectory(path)];
}

function toDirectory(path: string): Location {
  return { kind: 'directory', path: path === '' ? '' : `${path}/` };
}
