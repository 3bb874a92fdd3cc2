import { defaultDocumentLimits } from '../../core/documents/limits.js';
import { parseFile } from '../../core/documents/parse-file.js';
import type { ParseFile } from '../../core/documents/parse-file.js';
import type { Backend } from '../backend.js';
import { repositoryLocations } from '../locations.js';
import { createSnapshotBackend } from '../snapshot-backend.js';
import type { SnapshotBackendLimits } from '../snapshot-backend.js';
import { createChangeDescriptions } from './change-descriptions.js';
import { describeChange } from './describe-change.js';
import { createGitStore } from './git-store.js';
import type { GitStore, GitStoreOptions } from './git-store.js';
import { parseRepositoryUri } from './repository-uri.js';

export interface GitBackendOptions extends GitStoreOptions {
  /** `http(s)://…`, `file:///…` or a path. User info in it becomes credentials. */
  readonly uri: string;
  /** Below the root, which is always looked at first. */
  readonly searchPaths?: readonly string[];
  readonly strict?: boolean;
  readonly continueOnLabelFailure?: boolean;
  readonly reverseLocationOrder?: boolean;
  /** How files become documents. Default `parseFile` of core. */
  readonly parse?: ParseFile;
  readonly limits?: SnapshotBackendLimits;
  /** Whether moved labels are followed by what they changed (`change-described`). Default false. */
  readonly describeChanges?: boolean;
}

/**
 * A backend over a git repository: one on this machine is read in place, any other is mirrored in the data directory.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED; from `start` CONFIG_MIRROR_LOCKED,
 * CONFIG_REPOSITORY_UNSUPPORTED
 */
export function createGitBackend(options: GitBackendOptions): Backend {
  const { name, emit, strict, continueOnLabelFailure, reverseLocationOrder, parse, limits } = options;
  const location = parseRepositoryUri(options.uri);
  const store = createGitStore(location, options);
  const backend = createSnapshotBackend({
    name,
    emit,
    uri: location.uri,
    repositories: [location.uri],
    store,
    locate: repositoryLocations(options.searchPaths ?? [], options.defaultLabel ?? 'main'),
    ...(strict === undefined ? {} : { strict }),
    ...(continueOnLabelFailure === undefined ? {} : { continueOnLabelFailure }),
    ...(reverseLocationOrder === undefined ? {} : { reverseLocationOrder }),
    ...(parse === undefined ? {} : { parse }),
    ...(limits === undefined ? {} : { limits }),
  });
  return options.describeChanges === true ? describing(backend, store, options) : backend;
}

function describing(backend: Backend, store: GitStore, options: GitBackendOptions): Backend {
  const { name, emit, searchPaths = [], parse = parseFile, limits } = options;
  const documents = limits?.documents ?? defaultDocumentLimits;
  const descriptions = createChangeDescriptions({
    source: name,
    emit,
    describe: (moved, signal) =>
      describeChange(store.engine(), moved, { searchPaths, parse, limits: documents }, signal),
  });
  store.onVersionChange((moved) => {
    descriptions.tell(moved);
  });
  return {
    ...backend,
    async close(closing) {
      await descriptions.close();
      await backend.close(closing);
    },
  };
}
