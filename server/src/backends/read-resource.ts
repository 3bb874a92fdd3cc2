import { ConfigServerError } from '../core/errors.js';
import { resourceCandidates } from '../core/plan.js';
import type { Query } from '../core/query.js';
import { isNeverServed } from '../core/resource-path.js';
import type { Location } from '../core/search-paths.js';
import type { Resource } from './backend.js';
import type { Snapshot, SnapshotFile, SnapshotStore } from './snapshot-store.js';

export interface ResourceReaderOptions {
  readonly store: Pick<SnapshotStore, 'read' | 'modified'>;
  /** Bytes of a file. */
  readonly fileBytes: number;
  /** True: the last location first, not the first. */
  readonly reverseLocationOrder: boolean;
  readonly publicPath: (path: string) => string;
}

export interface ResourceRequest {
  readonly query: Query;
  readonly path: string;
  /** Where to look, in order. */
  readonly places: readonly ResourcePlace[];
  readonly signal: AbortSignal;
}

export interface ResourcePlace {
  readonly snapshot: Snapshot;
  readonly locations: readonly Location[];
}

/**
 * The first file there is, location by location (§1.5).
 * @throws ConfigServerError CONFIG_RESOURCE_NOT_FOUND, CONFIG_TOO_LARGE
 */
export type ReadResource = (request: ResourceRequest) => Promise<Resource>;

interface Found {
  readonly snapshot: Snapshot;
  readonly path: string;
  readonly file: SnapshotFile;
}

export function createResourceReader(options: ResourceReaderOptions): ReadResource {
  return async (request) => {
    const found = find(request, options.reverseLocationOrder);
    if (found === undefined)
      throw new ConfigServerError('CONFIG_RESOURCE_NOT_FOUND', `There is no resource ${JSON.stringify(request.path)}.`);
    checkSize(found.file.size ?? 0, request.path, options.fileBytes);
    const [content = new Uint8Array()] = await options.store.read([found.file], request.signal);
    checkSize(content.byteLength, request.path, options.fileBytes);
    return {
      path: options.publicPath(found.path),
      content,
      version: found.snapshot.version,
      lastModified: await options.store.modified(found.snapshot, found.path, request.signal),
    };
  };
}

function find({ query, path, places }: ResourceRequest, reverse: boolean): Found | undefined {
  if (isNeverServed(path)) return undefined;
  const candidates = resourceCandidates(path, query.profiles);
  for (const { snapshot, locations } of places)
    for (const location of reverse ? locations.toReversed() : locations) {
      const found = location.kind === 'directory' ? findIn(snapshot, location.path, candidates) : undefined;
      if (found !== undefined) return found;
    }
  return undefined;
}

function findIn(snapshot: Snapshot, directory: string, candidates: readonly string[]): Found | undefined {
  for (const candidate of candidates) {
    const path = directory + candidate;
    const file = path.endsWith('/') ? undefined : snapshot.file(path);
    if (file !== undefined) return { snapshot, path, file };
  }
  return undefined;
}

function checkSize(size: number, path: string, most: number): void {
  if (size <= most) return;
  throw new ConfigServerError(
    'CONFIG_TOO_LARGE',
    `The resource ${JSON.stringify(path)} has ${size} bytes; at most ${most} are served.`,
  );
}
