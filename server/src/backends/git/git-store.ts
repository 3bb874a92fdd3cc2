/** Chooses how a repository is served: in place if it is on this machine, else from a mirror. */
import { join } from 'node:path';
import { ConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { SnapshotStore } from '../snapshot-store.js';
import { defaultEngineLimits } from './engine.js';
import type { EngineLimits, GitEngine } from './engine.js';
import { localEngines, remoteEngines } from './engine-choice.js';
import type { EngineChoice, EngineName } from './engine-choice.js';
import { createLocalStore } from './local-store.js';
import { createMirrorStore } from './mirror-store.js';
import type { ProxyOptions } from './proxy.js';
import { withSshUser } from './repository-uri.js';
import type { Credentials, LocalLocation, RemoteLocation, RepositoryLocation } from './repository-uri.js';
import type { SshOptions } from './ssh-options.js';
import type { RemoteOptions } from './transport.js';
import type { UnknownLabelsOptions } from './unknown-labels.js';

/** A store of commits. */
export interface GitStore extends SnapshotStore {
  /** What reads the objects that are served now. @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE where there are none yet */
  engine(): GitEngine;
}

export interface GitStoreOptions {
  /** The source's name, for events. */
  readonly name: string;
  /** Tried where a request has no label. Default `main`. */
  readonly defaultLabel?: string;
  /** Whether the label `main` falls back to `master`. Default true. */
  readonly tryMasterBranch?: boolean;
  /** Between checks of the remote, in milliseconds, ± 20 %; null: never. Default 30,000. */
  readonly refreshIntervalMs?: number | null;
  /** Longest silence of the remote, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
  /** A whole clone or fetch, in milliseconds. Default 600,000. */
  readonly cloneTimeoutMs?: number;
  /** Win over user info in the URI. */
  readonly credentials?: Credentials;
  readonly proxy?: ProxyOptions;
  /** PEM of further certificate authorities. */
  readonly ca?: string;
  readonly skipTlsVerification?: boolean;
  /** Whether branches and tags the remote no longer has stop being served. Default false. */
  readonly deleteUntrackedBranches?: boolean;
  /** Needed for remotes only. */
  readonly dataDirectory?: string;
  readonly engineLimits?: Partial<EngineLimits>;
  /** Default `auto`: by transport and size. */
  readonly engine?: EngineName;
  /** Size of all packs past which `auto` takes the git program, in bytes. Default 64 MiB. */
  readonly cliAboveBytes?: number;
  /** For remotes reached by SSH. */
  readonly ssh?: SshOptions;
  /** Labels that a mirror does not know: how many are remembered, and for how many milliseconds. Default 1,000 for 10,000. */
  readonly unknownLabels?: Pick<UnknownLabelsOptions, 'capacity' | 'rememberMs'>;
  readonly emit: Emit;
  /** Before the first retry of a failed check, in milliseconds; doubled with each. Default 1,000. */
  readonly retryMs?: number;
  /** How long `start` waits for a first clone, in milliseconds; it goes on in the background. Default 10,000. */
  readonly startWaitMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** `main` means `master` where there is no `main`, also when it is asked for by name (as the reference server has it). */
function candidatesOf({ defaultLabel = 'main', tryMasterBranch = true }: GitStoreOptions) {
  return (label: string | null): readonly string[] => {
    const chosen = label ?? defaultLabel;
    return tryMasterBranch && chosen === 'main' ? ['main', 'master'] : [chosen];
  };
}

function remoteOptions(location: RemoteLocation, options: GitStoreOptions, limits: EngineLimits): RemoteOptions {
  const credentials = options.credentials ?? location.credentials;
  const isSsh = location.transport === 'ssh';
  return {
    url: isSsh ? withSshUser(location.url, credentials?.username) : location.url,
    timeoutMs: options.timeoutMs ?? 5_000,
    skipTlsVerification: options.skipTlsVerification ?? false,
    maxResponseBytes: limits.responseBytes,
    ...(credentials === undefined ? {} : { credentials }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
    ...(isSsh ? sshOptions(options) : {}),
  };
}

function sshOptions({ ssh = {}, dataDirectory = '' }: GitStoreOptions): Pick<RemoteOptions, 'ssh' | 'learnedHosts'> {
  return { ssh, learnedHosts: join(dataDirectory, 'known_hosts') };
}

const defaultCliAboveBytes = 64 * 1024 * 1024;

function engineChoice(uri: string, options: GitStoreOptions, limits: EngineLimits): EngineChoice {
  return {
    engine: options.engine ?? 'auto',
    cliAboveBytes: options.cliAboveBytes ?? defaultCliAboveBytes,
    uri,
    limits,
    notice: (message) => {
      options.emit({ type: 'notice', message });
    },
  };
}

const defaultIntervalMs = 30_000;
const systemTime = (): number => Date.now();

function remoteStore(location: RemoteLocation, options: GitStoreOptions, limits: EngineLimits): GitStore {
  const { name, emit, dataDirectory, now = systemTime, random = Math.random } = options;
  if (dataDirectory === undefined) {
    throw new ConfigServerError('CONFIG_SETTINGS_INVALID', `The source ${name} is remote and needs data-directory.`);
  }
  const remote = remoteOptions(location, options, limits);
  return createMirrorStore({
    source: name,
    candidates: candidatesOf(options),
    refreshIntervalMs: options.refreshIntervalMs === undefined ? defaultIntervalMs : options.refreshIntervalMs,
    retryMs: options.retryMs ?? 1_000,
    checkTimeoutMs: options.cloneTimeoutMs ?? 600_000,
    startWaitMs: options.startWaitMs ?? 10_000,
    now,
    random,
    emit,
    unknownLabels: options.unknownLabels ?? {},
    mirror: {
      dataDirectory,
      mirrorKey: location.mirrorKey,
      uri: location.uri,
      deleteUntrackedBranches: options.deleteUntrackedBranches ?? false,
      now,
      createEngine: remoteEngines(remote, engineChoice(location.uri, options, limits)),
    },
  });
}

function localStore({ path, uri }: LocalLocation, options: GitStoreOptions, limits: EngineLimits): GitStore {
  const { name: source, emit, now = systemTime, random = Math.random } = options;
  return createLocalStore({
    path,
    candidates: candidatesOf(options),
    refreshIntervalMs: options.refreshIntervalMs === undefined ? defaultIntervalMs : options.refreshIntervalMs,
    createEngine: localEngines(engineChoice(uri, options, limits)),
    now,
    random,
    onFailure: ({ message, diagnostics }) => {
      emit({ type: 'source-failed', source, message, diagnostics });
    },
    onMoved: (moved) => {
      for (const label of moved) emit({ type: 'label-moved', source, ...label });
    },
  });
}

/**
 * Checks what can be checked before a repository is opened: that an engine speaks its transport, and keys and hosts for SSH.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED
 */
export function checkRepository(location: RepositoryLocation, options: GitStoreOptions): void {
  const limits: EngineLimits = { ...defaultEngineLimits, ...options.engineLimits };
  const choice = engineChoice(location.uri, options, limits);
  if (location.kind === 'local') localEngines(choice);
  else remoteEngines(remoteOptions(location, options, limits), choice);
}

/** A store over the repository at `location`. @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED */
export function createGitStore(location: RepositoryLocation, options: GitStoreOptions): GitStore {
  const limits: EngineLimits = { ...defaultEngineLimits, ...options.engineLimits };
  return location.kind === 'local' ? localStore(location, options, limits) : remoteStore(location, options, limits);
}
