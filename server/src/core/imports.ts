import { candidatesIn, extensions } from './plan.js';
import type { Candidate, Plan } from './plan.js';
import { namesFile } from './search-paths.js';
import type { Location } from './search-paths.js';

/** What one element of `spring.config.import` stands for: places below the search locations, or why it cannot be read. */
export type ImportTarget = readonly Location[] | { readonly unreadable: string };

/**
 * Reads an import as it stands in the file at `from`. Relative paths start at that file's folder; what lies outside the
 * search locations, or has a scheme that is not a file's, is dropped in silence, as the reference does.
 */
export function readImport(text: string, from: string, plan: Plan): ImportTarget {
  const locations: Location[] = [];
  for (const element of text.split(';')) {
    const path = importedPath(element.trim().replace(/^optional:/, ''), from, plan);
    if (path === undefined || path === '' || /\.xml$/i.test(path)) continue;
    if (path.endsWith('/')) locations.push({ kind: 'directory', path });
    else if (namesFile(path)) locations.push({ kind: 'file', path });
    else return { unreadable: `an import ends neither in "/" nor in ${extensionList}` };
  }
  return locations.filter((location) => isWithin(location.path, plan.locations));
}

const extensionList = extensions.map((extension) => `".${extension}"`).join(', ');

/** The candidates of an import, in groups: without profile, then for each profile. Lowest precedence first. */
export function importCandidates(
  locations: readonly Location[],
  names: readonly string[],
  profiles: readonly string[],
): readonly Candidate[] {
  return [null, ...profiles].flatMap((profile) => candidatesIn(locations, names, profile));
}

function importedPath(text: string, from: string, plan: Plan): string | undefined {
  const file = /^file:(.*)$/s.exec(text)?.[1];
  const absolute = file ?? text;
  if (absolute.startsWith('/')) return plan.absolutePaths ? normalize(absolute) : undefined;
  if (file !== undefined || /^[a-z][a-z0-9*+.-]*:/i.test(text)) return undefined;
  return normalize(from.slice(0, from.lastIndexOf('/') + 1) + text);
}

/** Without `.`, `..` and empty segments; undefined where it would leave the root. */
function normalize(path: string): string | undefined {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join('/') + (/(^|\/)(\.\.?)?$/.test(path) && segments.length > 0 ? '/' : '');
}

function isWithin(path: string, locations: readonly Location[]): boolean {
  return locations.some(({ kind, path: place }) => (kind === 'file' ? path === place : path.startsWith(place)));
}
