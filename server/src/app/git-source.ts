import type { Backend } from '../backends/backend.js';
import { createGitBackend } from '../backends/git/git-backend.js';
import { checkRepository } from '../backends/git/git-store.js';
import type { GitStoreOptions } from '../backends/git/git-store.js';
import { parseRepositoryUri } from '../backends/git/repository-uri.js';
import type { PatternOptions, Target } from '../backends/repositories/choices.js';
import { createRepositoriesBackend } from '../backends/repositories/repositories-backend.js';
import type { SnapshotBackendLimits } from '../backends/snapshot-backend.js';
import type { ParseFile } from '../core/documents/parse-file.js';
import { parseUriTemplate } from '../core/uri-template.js';
import type { Emit } from '../core/events.js';
import type { Settings } from '../settings/schema.js';
import type { LimitSettings } from '../settings/sections/limits.js';
import type {
  GitCredentialSettings,
  GitSettings,
  ProxySettings,
  RepositorySettings,
} from '../settings/sections/git-source.js';
import type { GitSourceSettings } from '../settings/sections/sources.js';
import type { SshSettings } from '../settings/sections/ssh.js';
import type { Vaults } from './vaults.js';

const mebibyte = 1024 * 1024;

/** What a source is built with beside its own settings. */
export interface SourceContext {
  readonly settings: Settings;
  readonly dataDirectory: string;
  readonly parse: ParseFile;
  readonly snapshotLimits: SnapshotBackendLimits;
  readonly vaults: Vaults;
  readonly emit: Emit;
}

/** Whether the source is kept in the data directory. */
export function usesMirror({ uri, repositories }: GitSourceSettings): boolean {
  return [uri, ...repositories.map((one) => one.uri)].some(
    (one) => parseRepositoryUri(sampleOf(one)).kind === 'remote',
  );
}

/** A URI that requests could lead to: where it cannot be read, the start says so. */
function sampleOf(uri: string): string {
  return parseUriTemplate(uri).expand({ application: 'a', profile: 'a', label: 'a' });
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED */
export function gitSource(source: GitSourceSettings, context: SourceContext): Backend {
  const isOne = source.repositories.length === 0 && !parseUriTemplate(source.uri).hasPlaceholders;
  return isOne ? ownRepository(source, context, source.uri) : manyRepositories(source, context);
}

function manyRepositories(source: GitSourceSettings, context: SourceContext): Backend {
  const { settings, emit } = context;
  const { limits } = settings;
  const byName = new Map(source.repositories.map((one) => [one.name, one]));
  for (const one of [source, ...source.repositories]) checkSample(one, context);
  return createRepositoriesBackend({
    name: source.name,
    own: { name: null, uri: source.uri, defaultLabel: ownDefaultLabel(source, settings) },
    repositories: source.repositories.map(patternOptions),
    create: (target) => {
      const repository = target.name === null ? undefined : byName.get(target.name);
      return repository === undefined
        ? ownRepository(source, context, target.uri, target.isExpanded)
        : patternRepository(source, repository, target, context);
    },
    mostOpen: limits.mirrors,
    // Sooner than the request itself is given up.
    waitMs: limits['request-time'] * 0.8,
    rememberMs: limits['unknown-label-time'],
    remembered: limits['unknown-labels'],
    emit,
  });
}

function checkSample(git: GitSettings, { settings, dataDirectory, emit }: SourceContext): void {
  const options = { ...storeOptions(git, settings.limits, mebibyte), name: '', dataDirectory, emit };
  checkRepository(parseRepositoryUri(sampleOf(git.uri)), options);
}

function patternOptions(repository: RepositorySettings): PatternOptions {
  return {
    name: repository.name,
    patterns: repository.pattern,
    uri: repository.uri,
    defaultLabel: repository['default-label'] ?? 'main',
    fallbackToDefault: repository['fallback-to-default'],
  };
}

function ownDefaultLabel(source: GitSourceSettings, { serving }: Settings): string {
  return serving['default-label'] ?? source['default-label'] ?? 'main';
}

function ownRepository(source: GitSourceSettings, context: SourceContext, uri: string, isExpanded = false): Backend {
  const defaultLabel = ownDefaultLabel(source, context.settings);
  return gitRepository(source, context, { name: source.name, uri, defaultLabel, isOnDemand: isExpanded });
}

function patternRepository(
  source: GitSourceSettings,
  repository: RepositorySettings,
  { uri }: Target,
  context: SourceContext,
): Backend {
  const defaultLabel = repository['default-label'] ?? 'main';
  const name = `${source.name}/${repository.name}`;
  return gitRepository(repository, context, { name, uri, defaultLabel, isOnDemand: true });
}

interface Repository {
  readonly name: string;
  readonly uri: string;
  readonly defaultLabel: string;
  /** Opened for requests: it is open when its clone is done, and it shares the caches' memory with others. */
  readonly isOnDemand: boolean;
}

function gitRepository(git: GitSettings, context: SourceContext, repository: Repository): Backend {
  const { settings, dataDirectory, parse, emit, snapshotLimits } = context;
  const { serving, limits } = settings;
  const { isOnDemand, ...named } = repository;
  const cacheBytes = limits.caches / 4 / settings.sources.length;
  const ownCacheBytes = isOnDemand ? Math.max(mebibyte, cacheBytes / limits.mirrors) : cacheBytes;
  return createGitBackend({
    ...storeOptions(git, limits, ownCacheBytes),
    ...named,
    ...(isOnDemand && { startWaitMs: git['clone-timeout'] }),
    searchPaths: git['search-paths'],
    dataDirectory,
    parse,
    emit,
    strict: serving.strict,
    continueOnLabelFailure: git['continue-on-multiple-label-failure'],
    reverseLocationOrder: serving['reverse-location-order'],
    limits: snapshotLimits,
    describeChanges: settings.audit.sinks.length > 0,
  });
}

function storeOptions(
  source: GitSettings,
  limits: LimitSettings,
  cacheBytes: number,
): Omit<GitStoreOptions, 'emit' | 'name'> {
  const ca = source['ca-certificate'];
  return {
    tryMasterBranch: source['try-master-branch'],
    refreshIntervalMs: source['refresh-interval'],
    timeoutMs: source.timeout,
    cloneTimeoutMs: source['clone-timeout'],
    deleteUntrackedBranches: source['delete-untracked-branches'],
    skipTlsVerification: source['skip-tls-verification'],
    // A file past `limits.file` is refused by name where it is parsed; far past it, it is not even kept.
    engineLimits: { files: limits['tree-files'], blobBytes: 4 * limits.file, cacheBytes },
    unknownLabels: { capacity: limits['unknown-labels'], rememberMs: limits['unknown-label-time'] },
    engine: source.engine,
    cliAboveBytes: source['cli-above'],
    ssh: sshOptions(source.ssh),
    ...credentialOptions(source.credentials),
    ...proxyOptions(source.proxy),
    ...(ca === null ? {} : { ca }),
  };
}

function credentialOptions({ username, password, token }: GitCredentialSettings): Pick<GitStoreOptions, 'credentials'> {
  if (username === null && password === null && token === null) return {};
  return { credentials: given({ username, password, token }) };
}

function sshOptions(ssh: SshSettings): NonNullable<GitStoreOptions['ssh']> {
  return {
    strictHostKeyChecking: ssh['strict-host-key-checking'],
    ignoreLocalSettings: ssh['ignore-local-settings'],
    ...given({
      privateKey: ssh['private-key'],
      passphrase: ssh.passphrase,
      knownHosts: ssh['known-hosts'],
      hostKey: ssh['host-key'],
      hostKeyAlgorithm: ssh['host-key-algorithm'],
      preferredAuthentications: ssh['preferred-authentications'],
    }),
  };
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
