/** Begins with the engine in JavaScript, and goes over to the git program when the repository has become large. */
import { isConfigServerError } from '../../core/errors.js';
import { createCliEngine } from './cli/cli-engine.js';
import type { GitProgram } from './cli/git-program.js';
import type { EngineLimits, GitEngine, Refs, RemoteRefs, Settle, SyncSpec } from './engine.js';
import { createIsomorphicEngine } from './isomorphic-engine.js';
import { packBytes } from './pack-bytes-on-disk.js';
import type { RemoteOptions } from './transport.js';

export interface AdaptiveEngineOptions {
  readonly gitdir: string;
  readonly remote: RemoteOptions;
  readonly limits: EngineLimits;
  readonly cliAboveBytes: number;
  readonly program: () => GitProgram | undefined;
  /** The repository is large; whether the git program takes over. */
  readonly onLarge: (isCli: boolean) => void;
  readonly onDamage?: (problem: string) => void;
}

/** Also listings of refs are answers. */
const smallestAnswer = 1024 * 1024;

class AdaptiveEngine implements GitEngine {
  readonly #options: AdaptiveEngineOptions;
  readonly #program: GitProgram | undefined;
  #engine: GitEngine | undefined;
  #isCli = false;
  #replaced: GitEngine[] = [];

  constructor(options: AdaptiveEngineOptions) {
    this.#options = options;
    this.#program = options.program();
  }

  #current(): GitEngine {
    this.#engine ??= this.#choose(packBytes(this.#options.gitdir) > this.#options.cliAboveBytes);
    return this.#engine;
  }

  #choose(isLarge: boolean): GitEngine {
    const { remote, cliAboveBytes, onLarge } = this.#options;
    if (isLarge) onLarge(this.#program !== undefined);
    this.#isCli = isLarge && this.#program !== undefined;
    if (isLarge && this.#program !== undefined) return createCliEngine({ ...this.#options, program: this.#program });
    if (this.#program === undefined) return createIsomorphicEngine(this.#options);
    // What comes may be larger than all that is here; then the git program begins anew.
    const maxResponseBytes = Math.min(remote.maxResponseBytes, Math.max(smallestAnswer, cliAboveBytes));
    return createIsomorphicEngine({ ...this.#options, remote: { ...remote, maxResponseBytes } });
  }

  #goOver(): GitEngine {
    // Requests under way may still read by it.
    if (this.#engine !== undefined) this.#replaced.push(this.#engine);
    this.#engine = this.#choose(true);
    return this.#engine;
  }

  remoteRefs(signal: AbortSignal): Promise<RemoteRefs> {
    return this.#orByGit((engine) => engine.remoteRefs(signal));
  }

  async sync(spec: SyncSpec, signal: AbortSignal): Promise<Refs> {
    try {
      return await this.#orByGit((engine) => engine.sync(spec, signal));
    } finally {
      this.#look();
    }
  }

  async #orByGit<T>(act: (engine: GitEngine) => Promise<T>): Promise<T> {
    try {
      return await act(this.#current());
    } catch (error) {
      if (this.#isCli || this.#program === undefined || !isPastResponseLimit(error)) throw error;
      return act(this.#goOver());
    }
  }

  #look(): void {
    const { gitdir, cliAboveBytes, onLarge } = this.#options;
    if (this.#isCli || packBytes(gitdir) <= cliAboveBytes) return;
    if (this.#program === undefined) onLarge(false);
    else this.#goOver();
  }

  treeIndex(commit: string): ReturnType<GitEngine['treeIndex']> {
    return this.#current().treeIndex(commit);
  }

  readBlobs(ids: readonly string[], signal: AbortSignal): ReturnType<GitEngine['readBlobs']> {
    return this.#current().readBlobs(ids, signal);
  }

  commitInfo(id: string): ReturnType<GitEngine['commitInfo']> {
    return this.#current().commitInfo(id);
  }

  maintain(signal: AbortSignal, settle: Settle): Promise<'ok' | 'rebuild'> {
    return this.#current().maintain(signal, settle);
  }

  async close(): Promise<void> {
    const engines = this.#engine === undefined ? this.#replaced : [this.#engine, ...this.#replaced];
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

/** The transport says so with its limit. */
function isPastResponseLimit(error: unknown): boolean {
  return isConfigServerError(error, 'CONFIG_SOURCE_UNAVAILABLE') && 'responseBytes' in error.diagnostics;
}

export function createAdaptiveEngine(options: AdaptiveEngineOptions): GitEngine {
  return new AdaptiveEngine(options);
}
