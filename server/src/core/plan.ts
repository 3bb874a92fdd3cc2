import type { Query } from './query.js';
import type { Location } from './search-paths.js';

/** What to look for, where and in which order: a query over the locations of one snapshot. */
export interface Plan {
  /** Base names of files, lowest precedence first: `['application', 'orders']`. */
  readonly names: readonly string[];
  /** As requested; documents may widen them. */
  readonly profiles: readonly string[];
  /** Lowest precedence first. */
  readonly locations: readonly Location[];
  /** False: `spring.profiles.*` in files are ignored, because the first requested profile is `default`. */
  readonly activatesProfiles: boolean;
  /** Paths of the snapshot are absolute paths of a file system (native), so that imports may name them in full. */
  readonly absolutePaths: boolean;
  /** A path as errors may show it: within its repository or folder. */
  readonly publicPath: (path: string) => string;
}

/** A file that would take part if it is there. */
export interface Candidate {
  readonly path: string;
  readonly profile: string | null;
}

/** Lowest precedence first. `.json` files are resources only. */
export const extensions = ['yaml', 'yml', 'properties'] as const;

export interface PlanOptions {
  /** Default false. */
  readonly absolutePaths?: boolean;
  /** Default: the path itself. */
  readonly publicPath?: (path: string) => string;
}

export function createPlan(query: Query, locations: readonly Location[], options: PlanOptions = {}): Plan {
  return {
    names: query.name === 'application' ? ['application'] : [...new Set(['application', ...query.applications])],
    profiles: query.profiles,
    locations,
    activatesProfiles: query.profiles[0]?.toLowerCase() !== 'default',
    absolutePaths: options.absolutePaths ?? false,
    publicPath: options.publicPath ?? ((path) => path),
  };
}

/** The candidates of `locations`, lowest precedence first: location by location, in each name by name, in each by extension. */
export function candidatesIn(
  locations: readonly Location[],
  names: readonly string[],
  profile: string | null,
): readonly Candidate[] {
  return locations.flatMap((location) =>
    location.kind === 'file'
      ? [{ path: profileVariant(location.path, profile), profile }]
      : names.flatMap((name) => candidatesOfName(`${location.path}${name}`, profile)),
  );
}

/** Files that the reference would read and this server does not: `.xml` property files. */
export function unreadCandidates({ locations, names, profiles }: Plan): readonly string[] {
  const stems = names.flatMap((name) => [name, ...profiles.map((profile) => `${name}-${profile}`)]);
  const folders = locations.filter(({ kind }) => kind === 'directory');
  return folders.flatMap(({ path }) => stems.map((stem) => `${path}${stem}.xml`));
}

function candidatesOfName(base: string, profile: string | null): readonly Candidate[] {
  const stem = profile === null ? base : `${base}-${profile}`;
  return extensions.map((extension) => ({ path: `${stem}.${extension}`, profile }));
}

/** `dir/a.conf` and `dev` → `dir/a-dev.conf`; without an extension the profile comes last. */
export function profileVariant(path: string, profile: string | null): string {
  if (profile === null) return path;
  const dot = path.lastIndexOf('.');
  if (dot <= path.lastIndexOf('/')) return `${path}-${profile}`;
  return `${path.slice(0, dot)}-${profile}${path.slice(dot)}`;
}

/** Paths of a resource within a location, in the order in which they are tried (§1.5). */
export function resourceCandidates(path: string, profiles: readonly string[]): readonly string[] {
  const variants = profiles.map((profile) => profileVariant(path, profile === 'default' ? null : profile));
  return [...new Set([...variants, path])];
}
