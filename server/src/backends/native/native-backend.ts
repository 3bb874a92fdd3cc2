import { defaultDocumentLimits } from '../../core/documents/limits.js';
import type { ParseFile } from '../../core/documents/parse-file.js';
import { ConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { Backend } from '../backend.js';
import { createSnapshotBackend } from '../snapshot-backend.js';
import type { SnapshotBackendLimits } from '../snapshot-backend.js';
import { createNativeStore } from './native-store.js';
import type { NativeStoreOptions } from './native-store.js';
import { folderLocations, outermostRoots, publicPathIn, readSearchLocation } from './search-locations.js';
import type { Root, SearchLocation } from './search-locations.js';
import { watchFolders } from './watch-folders.js';
import type { WatchFolders } from './watch-folders.js';

export interface NativeBackendOptions {
  readonly name: string;
  /**
   * Folders, lowest precedence first: `file:/etc/config`, `./config`, with `{application}`, `{profile}`, `{label}` and
   * wildcards, or single files. `classpath:` locations are left out, with a notice.
   */
  readonly searchLocations: readonly string[];
  /** What answers carry as `version`. Default null. */
  readonly version?: string | null;
  /** Stands for the label where a request has none. Default `master`. */
  readonly defaultLabel?: string;
  /** Whether folders named after the label, in each location, come on top. Default true. */
  readonly addLabelLocations?: boolean;
  readonly strict?: boolean;
  readonly reverseLocationOrder?: boolean;
  /** How files become documents. Default `parseFile` of core. */
  readonly parse?: ParseFile;
  readonly limits?: NativeLimits;
  /** Between looks at the folders that no notification asked for, in milliseconds. Default 2000. */
  readonly sweepMs?: number;
  /** How long a changed file must have been left alone before it is read, in milliseconds. Default 50. */
  readonly quietMs?: number;
  readonly emit: Emit;
  /** How notifications come. Default those of the file system. */
  readonly watch?: WatchFolders;
}

export interface NativeLimits extends SnapshotBackendLimits {
  /** Default 100,000. */
  readonly files?: number;
  /** Bytes of the configuration files together, which are kept in memory. Default 64 MiB. */
  readonly totalBytes?: number;
}

/**
 * A backend over folders of a file system. Labels are folders in them; there is no history, so a broken file is an error.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export function createNativeBackend(options: NativeBackendOptions): Backend {
  const { name, emit, limits = {}, defaultLabel = 'master', addLabelLocations = true } = options;
  const locations = readLocations(options);
  const roots = outermostRoots(locations);
  const store = createNativeStore(storeOptions(options, roots));
  return createSnapshotBackend({
    name,
    emit,
    store,
    limits,
    uri: 'file:',
    labels: 'folders',
    locate: folderLocations({ locations, defaultLabel, addLabelLocations }),
    paths: { absolutePaths: true, publicPath: publicPathIn(roots) },
    ...(options.parse !== undefined && { parse: options.parse }),
    ...(options.strict !== undefined && { strict: options.strict }),
    ...(options.reverseLocationOrder !== undefined && { reverseLocationOrder: options.reverseLocationOrder }),
  });
}

function storeOptions(options: NativeBackendOptions, roots: readonly Root[]): NativeStoreOptions {
  const { name, emit, limits = {} } = options;
  return {
    name,
    emit,
    roots,
    label: options.defaultLabel ?? 'master',
    version: options.version ?? null,
    sweepMs: options.sweepMs ?? 2000,
    quietMs: options.quietMs ?? 50,
    watch: options.watch ?? watchFolders,
    maxFiles: limits.files ?? 100_000,
    totalBytes: limits.totalBytes ?? 64 * 1024 * 1024,
    fileBytes: (limits.documents ?? defaultDocumentLimits).bytes,
  };
}

function readLocations({ name, searchLocations, emit }: NativeBackendOptions): readonly SearchLocation[] {
  const isClasspath = (text: string): boolean => /^(optional:)?classpath\*?:/.test(text.trim());
  for (const text of searchLocations.filter(isClasspath))
    emit({
      type: 'notice',
      message: `The search location "${text}" of "${name}" is left out: there is no class path.`,
    });
  const locations = searchLocations.filter((text) => !isClasspath(text)).map(readSearchLocation);
  if (locations.length === 0)
    throw new ConfigServerError(
      'CONFIG_SETTINGS_INVALID',
      `The source "${name}" has no search location; a folder would be taken.`,
    );
  return locations;
}
