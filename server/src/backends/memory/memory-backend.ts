import type { ParseFile } from '../../core/documents/parse-file.js';
import type { Emit } from '../../core/events.js';
import type { Backend } from '../backend.js';
import { repositoryLocations } from '../locations.js';
import { createSnapshotBackend } from '../snapshot-backend.js';
import type { SnapshotBackendLimits } from '../snapshot-backend.js';
import type { MemoryRepository } from './memory-repository.js';
import { createMemoryStore } from './memory-store.js';

export interface MemoryBackendOptions {
  readonly repository: MemoryRepository;
  /** Default `memory`. */
  readonly name?: string;
  /** What names of property sources begin with. Default `memory:`. */
  readonly uri?: string;
  /** Default `main`; where `main` is missing, `master`. */
  readonly defaultLabel?: string;
  readonly searchPaths?: readonly string[];
  readonly strict?: boolean;
  readonly continueOnLabelFailure?: boolean;
  readonly reverseLocationOrder?: boolean;
  readonly parse?: ParseFile;
  readonly limits?: SnapshotBackendLimits;
  readonly emit?: Emit;
}

/** A backend over commits in memory. */
export function createMemoryBackend(options: MemoryBackendOptions): Backend {
  const { repository, name = 'memory', uri = 'memory:', defaultLabel = 'main', searchPaths = [], ...rest } = options;
  return createSnapshotBackend({
    emit: () => undefined,
    ...rest,
    name,
    uri,
    store: createMemoryStore(repository, defaultLabel),
    locate: repositoryLocations(searchPaths, defaultLabel),
  });
}
