import { dirname, resolve } from 'node:path';
import { ConfigServerError } from '../../core/errors.js';
import { expandSearchPaths, namesFile } from '../../core/search-paths.js';
import type { Location } from '../../core/search-paths.js';
import type { Locate } from '../locations.js';

/** A search location of the settings: an absolute path, perhaps with placeholders or wildcards. */
export interface SearchLocation {
  /** As paths of a snapshot are: absolute, without the leading slash. */
  readonly path: string;
  readonly root: Root;
}

/** What is read for a location: a folder with all below it, or one file with its variants for profiles. */
export interface Root {
  /** Absolute. */
  readonly directory: string;
  /** Only files of the folder itself whose names begin so; undefined: everything below. */
  readonly stem?: string;
}

/**
 * Reads `file:/abs/dir`, `file:./dir`, `/abs/dir`, with `optional:` before it or not; relative ones start at the working folder.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export function readSearchLocation(text: string): SearchLocation {
  const location = text.trim().replace(/^optional:/, '');
  if (location === '' || /^(?!file:)[a-z][a-z0-9+.-]*:/i.test(location))
    throw invalid(text, 'a folder such as "file:/etc/config" or "./config" would be taken');
  const path = resolve(location.replace(/^file:(\/\/(?=\/))?/, ''));
  const root = rootOf(path);
  if (root.directory === '/') throw invalid(text, 'it would read the whole file system; a folder would be taken');
  return { path: path.slice(1), root };
}

function invalid(text: string, problem: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `The search location ${JSON.stringify(text)}: ${problem}.`);
}

/** The part before the first segment that stands for several. */
function rootOf(path: string): Root {
  const segments = path.split('/');
  const variable = segments.findIndex((segment) => /[*?]|\{(application|profile|label)\}/.test(segment));
  if (variable >= 0) return { directory: segments.slice(0, variable).join('/') || '/' };
  if (!namesFile(path)) return { directory: path };
  return { directory: dirname(path), stem: path.slice(dirname(path).length + 1).replace(/\.\w+$/, '') };
}

export interface FolderLocationsOptions {
  readonly locations: readonly SearchLocation[];
  /** Stands for the label where a request has none. */
  readonly defaultLabel: string;
  /** Whether folders named after the label, in each location, come on top. */
  readonly addLabelLocations: boolean;
}

/** The locations of folders: the plain ones in order, then those named after the labels, the first label highest (§2.4). */
export function folderLocations({ locations, defaultLabel, addLabelLocations }: FolderLocationsOptions): Locate {
  const paths = locations.map(({ path }) => path);
  const labelled = addLabelLocations ? paths.filter((path) => !path.includes('{') && !namesFile(path)) : [];
  return ({ query, directories }) => {
    const labels = query.labels.length === 0 ? [defaultLabel] : query.labels.toReversed();
    const values = { applications: query.applications, profiles: query.profiles, labels };
    const options = { values, directories, files: true };
    const withLabels = labelled.map((path) => `${path}/{label}`);
    return unique([...expandSearchPaths(paths, options), ...expandSearchPaths(withLabels, options)]);
  };
}

function unique(locations: readonly Location[]): readonly Location[] {
  return [...new Map(locations.map((location) => [location.path, location])).values()];
}

/** The roots of locations, without those that lie in another. */
export function outermostRoots(locations: readonly SearchLocation[]): readonly Root[] {
  const roots = [...new Map(locations.map(({ root }) => [`${root.directory}/${root.stem ?? ''}`, root])).values()];
  const isInside = (root: Root, other: Root): boolean =>
    root !== other && other.stem === undefined && `${root.directory}/`.startsWith(`${other.directory}/`);
  return roots.filter((root) => !roots.some((other) => isInside(root, other)));
}

/** A path without its root: machine paths are not for clients. */
export function publicPathIn(roots: readonly Root[]): (path: string) => string {
  const prefixes = roots.map(({ directory }) => `${directory.slice(1)}/`);
  return (path) => path.slice(prefixes.find((prefix) => path.startsWith(prefix))?.length ?? 0);
}
