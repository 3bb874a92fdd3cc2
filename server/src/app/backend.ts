import type { Backend } from '../backends/backend.js';
import { createCompositeBackend } from '../backends/composite/composite-backend.js';
import { createGitBackend } from '../backends/git/git-backend.js';
import type { GitStoreOptions } from '../backends/git/git-store.js';
import { parseRepositoryUri } from '../backends/git/repository-uri.js';
import { createNativeBackend } from '../backends/native/native-backend.js';
import type { SnapshotBackendLimits } from '../backends/snapshot-backend.js';
import { defaultAssembleLimits } from '../core/assembly.js';
import { defaultDocumentLimits } from '../core/documents/limits.js';
import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { Settings } from '../settings/schema.js';
import type { LimitSettings } from '../settings/sections/limits.js';
import type { GitCredentialSettings, ProxySettings } from '../settings/sections/git-source.js';
import type { GitSourceSettings, NativeSourceSettings, SourceSettings } from '../settings/sections/sources.js';

/** Whether the source is kept in the data directory. */
export function usesMirror(source: SourceSettings): boolean {
  return source.type === 'git' && parseRepositoryUri(source.uri).kind === 'remote';
}

/** The backend that the settings describe. @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED */
export function createBackend(settings: Settings, dataDirectory: string, emit: Emit): Backend {
  const parts = settings.sources.map((source) =>
    source.type === 'native'
      ? nativeBackend(source, settings, emit)
      : gitBackend(source, settings, dataDirectory, emit),
  );
  const [only] = parts;
  if (only === undefined) throw new ConfigServerError('CONFIG_SETTINGS_INVALID', 'No source is configured.');
  if (parts.length === 1) return only;
  const failOnError = settings.serving['fail-on-composite-error'];
  return createCompositeBackend({
    name: 'composite',
    parts,
    failOnError,
    emit,
    cacheBytes: settings.limits.caches / 8,
  });
}

function gitBackend(source: GitSourceSettings, settings: Settings, dataDirectory: string, emit: Emit): Backend {
  const { serving, limits } = settings;
  if (source.repositories.length > 0)
    throw new ConfigServerError('CONFIG_SETTINGS_INVALID', 'Repositories by pattern are not supported yet.');
  return createGitBackend({
    ...gitOptions(source, limits),
    uri: source.uri,
    defaultLabel: serving['default-label'] ?? source['default-label'] ?? 'main',
    searchPaths: source['search-paths'],
    dataDirectory,
    emit,
    strict: serving.strict,
    continueOnLabelFailure: source['continue-on-multiple-label-failure'],
    reverseLocationOrder: serving['reverse-location-order'],
    limits: snapshotLimits(limits),
  });
}

function nativeBackend(source: NativeSourceSettings, { serving, limits }: Settings, emit: Emit): Backend {
  return createNativeBackend({
    name: source.name,
    emit,
    searchLocations: source['search-locations'],
    addLabelLocations: source['add-label-locations'],
    defaultLabel: serving['default-label'] ?? source['default-label'],
    version: source.version,
    strict: serving.strict,
    reverseLocationOrder: serving['reverse-location-order'],
    limits: { ...snapshotLimits(limits), files: limits['tree-files'] },
  });
}

function gitOptions(source: GitSourceSettings, limits: LimitSettings): Omit<GitStoreOptions, 'emit'> {
  const ca = source['ca-certificate'];
  return {
    name: source.name,
    tryMasterBranch: source['try-master-branch'],
    refreshIntervalMs: source['refresh-interval'],
    timeoutMs: source.timeout,
    cloneTimeoutMs: source['clone-timeout'],
    deleteUntrackedBranches: source['delete-untracked-branches'],
    skipTlsVerification: source['skip-tls-verification'],
    // A file past `limits.file` is refused by name where it is parsed; far past it, it is not even kept.
    engineLimits: { files: limits['tree-files'], blobBytes: 4 * limits.file, cacheBytes: limits.caches / 4 },
    unknownLabels: { capacity: limits['unknown-labels'], rememberMs: limits['unknown-label-time'] },
    ...credentialOptions(source.credentials),
    ...proxyOptions(source.proxy),
    ...(ca === null ? {} : { ca }),
  };
}

function credentialOptions({ username, password, token }: GitCredentialSettings): Pick<GitStoreOptions, 'credentials'> {
  if (username === null && password === null && token === null) return {};
  return { credentials: given({ username, password, token }) };
}

function proxyOptions({ http, https }: GitSourceSettings['proxy']): Pick<GitStoreOptions, 'proxy'> {
  const proxy = given({ http: proxyServer(http), https: proxyServer(https) });
  return Object.keys(proxy).length === 0 ? {} : { proxy };
}

type ProxyServer = NonNullable<NonNullable<GitStoreOptions['proxy']>['http']>;

function proxyServer({ host, port, username, password, ...rest }: ProxySettings): ProxyServer | null {
  return host === null ? null : { host, port, noProxy: rest['no-proxy'], ...given({ username, password }) };
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Without the members that are null. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Given<T>;
}

function snapshotLimits(limits: LimitSettings): SnapshotBackendLimits {
  return {
    documents: {
      ...defaultDocumentLimits,
      bytes: limits.file,
      depth: limits['yaml-depth'],
      aliases: limits['yaml-aliases'],
    },
    assemble: { ...defaultAssembleLimits, environmentBytes: limits.environment },
    parsedCacheBytes: limits.caches / 4,
    resolutionCacheBytes: limits.caches / 8,
  };
}
