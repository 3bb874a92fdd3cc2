import { ConfigServerError } from '../../../core/errors.js';
import type { EngineLimits, GitEngine, Refs, RemoteRefs, Settle, SyncSpec } from '../engine.js';
import { parkRefs, settleRefs } from '../mirror-refs.js';
import { ObjectReader } from '../object-reader.js';
import { peelRefs, verifyTrees } from '../peel-refs.js';
import { createRedactor } from '../redact.js';
import type { RemoteOptions } from '../transport.js';
import { carryObjects } from './carry-objects.js';
import { gitEnvironment } from './environment.js';
import { describeOutcome } from './failures.js';
import { GitObjects } from './git-objects.js';
import type { GitProgram } from './git-program.js';
import { remoteAccess } from './remote-access.js';
import type { WithRemote } from './remote-access.js';
import { fetchRefs, listRefs, parseListing } from './remote-commands.js';
import { listPacks, removePacks, repack } from './repack.js';
import type { GitOutcome } from './run-git.js';
import { incomingFolder, incomingRefs, prepareMirror } from './sync.js';

export interface CliEngineOptions {
  readonly program: GitProgram;
  readonly gitdir: string;
  /** None: a local repository, read only. */
  readonly remote?: RemoteOptions;
  readonly limits: EngineLimits;
  /** Called when an object that should be there is missing or damaged. */
  readonly onDamage?: (problem: string) => void;
}

class CliEngine implements GitEngine {
  readonly #options: CliEngineOptions;
  readonly #objects: GitObjects;
  readonly #reader: ObjectReader;
  readonly #withRemote: WithRemote | undefined;

  constructor(options: CliEngineOptions) {
    const { program, gitdir, remote, limits, onDamage } = options;
    this.#options = options;
    this.#objects = new GitObjects({ program, gitdir });
    this.#reader = new ObjectReader({
      objects: this.#objects,
      limits,
      ...(onDamage === undefined ? {} : { onDamage }),
    });
    this.#withRemote = remote === undefined ? undefined : remoteAccess(program, remote);
  }

  async remoteRefs(signal: AbortSignal): Promise<RemoteRefs> {
    const { remote, program } = this.#options;
    if (remote === undefined || this.#withRemote === undefined) return new Map();
    const command = { program, withRemote: this.#withRemote, url: remote.url, timeoutMs: remote.timeoutMs, signal };
    const outcome = await listRefs(command);
    if (outcome.code !== 0) throw this.#failure(remote, outcome);
    const refs = parseListing(outcome.output);
    if (refs === undefined) throw this.#unusable(remote, 'does not answer as a git server does');
    return refs;
  }

  async sync(spec: SyncSpec, signal: AbortSignal): Promise<Refs> {
    const { remote, gitdir } = this.#options;
    if (remote === undefined || this.#withRemote === undefined || spec.remote.size === 0) return new Map();
    await prepareMirror(gitdir);
    await parkRefs(gitdir, spec.known);
    const refs = await this.#fetch(spec, remote, this.#withRemote, signal);
    if (spec.carry !== undefined && spec.carry.refs.size > 0) await this.#carry(spec.carry, signal);
    await settleRefs(gitdir, new Map([...spec.known, ...(spec.carry?.refs ?? []), ...refs]), spec.known);
    return refs;
  }

  async #fetch(spec: SyncSpec, remote: RemoteOptions, withRemote: WithRemote, signal: AbortSignal): Promise<Refs> {
    const { program, gitdir, limits } = this.#options;
    const { url, timeoutMs } = remote;
    const into = incomingFolder();
    const outcome = await fetchRefs({
      ...{ program, withRemote, url, timeoutMs, signal, gitdir, into },
      maxBytes: limits.packBytes,
    });
    if (outcome.code !== 0) throw this.#failure(remote, outcome);
    const commitOf = async (id: string): Promise<string | undefined> => (await this.#reader.commit(id))?.id;
    const refs = await peelRefs(incomingRefs(gitdir, into), spec.known, commitOf);
    // Git has checked that all objects are there; reading the trees also makes the first requests fast.
    await verifyTrees(spec.known, refs, (commit) => {
      signal.throwIfAborted();
      return this.#reader.tree(commit);
    });
    return refs;
  }

  async #carry({ gitdir: from, refs }: NonNullable<SyncSpec['carry']>, signal: AbortSignal): Promise<void> {
    const { program, gitdir: to } = this.#options;
    const environment = gitEnvironment({ program, protocols: [] });
    await carryObjects({ program, environment, from, to, refs, signal });
  }

  #failure(remote: RemoteOptions, outcome: GitOutcome): ConfigServerError {
    const context = { hasCredentials: remote.credentials !== undefined, timeoutMs: remote.timeoutMs };
    return this.#unusable(remote, describeOutcome(outcome, context), outcome.errorText);
  }

  #unusable(remote: RemoteOptions, problem: string, text = ''): ConfigServerError {
    const { credentials, proxy, ssh } = remote;
    const passphrase = ssh?.passphrase === undefined ? undefined : { password: ssh.passphrase };
    const redact = createRedactor(credentials, passphrase, proxy?.http, proxy?.https);
    const cause = redact(text).trim().slice(-1_000);
    return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `The remote ${remote.url} ${problem}.`, {
      diagnostics: cause === '' ? {} : { cause },
    });
  }

  treeIndex(commit: string): ReturnType<GitEngine['treeIndex']> {
    return this.#reader.tree(commit);
  }

  readBlobs(ids: readonly string[], signal: AbortSignal): ReturnType<GitEngine['readBlobs']> {
    return this.#reader.blobs(ids, signal);
  }

  commitInfo(id: string): ReturnType<GitEngine['commitInfo']> {
    return this.#reader.commit(id);
  }

  async maintain(signal: AbortSignal, settle: Settle): Promise<'ok' | 'rebuild'> {
    const { program, gitdir, remote, limits } = this.#options;
    if (remote === undefined || (await listPacks(gitdir)).length <= limits.packs) return 'ok';
    const environment = gitEnvironment({ program, protocols: [] });
    const obsolete = await repack({ program, environment, gitdir, signal });
    if (obsolete === undefined) return 'rebuild';
    await settle(obsolete);
    await removePacks(gitdir, obsolete);
    this.#objects.restart();
    return 'ok';
  }

  async close(): Promise<void> {
    await this.#objects.close();
  }
}

/**
 * The engine over the git program: speaks http(s) and SSH, and takes repositories of any size.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export function createCliEngine(options: CliEngineOptions): GitEngine {
  return new CliEngine(options);
}
