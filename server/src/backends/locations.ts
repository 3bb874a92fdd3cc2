import type { Query } from '../core/query.js';
import { expandSearchPaths } from '../core/search-paths.js';
import type { Location } from '../core/search-paths.js';

/** What a query looks through in one snapshot, lowest precedence first. */
export type Locate = (request: LocateRequest) => readonly Location[];

export interface LocateRequest {
  readonly query: Query;
  /** The label that the snapshot stands for; null: the default one. */
  readonly label: string | null;
  /** Every folder of the snapshot, sorted. */
  readonly directories: () => readonly string[];
}

/** The locations of a repository: its root, then the search paths (§2.4). */
export function repositoryLocations(searchPaths: readonly string[], defaultLabel: string): Locate {
  const paths = ['/', ...searchPaths];
  return ({ query, label, directories }) =>
    expandSearchPaths(paths, {
      values: { applications: query.applications, profiles: query.profiles, labels: [label ?? defaultLabel] },
      directories,
    });
}
