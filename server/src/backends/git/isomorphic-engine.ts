import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { DiskObjects } from './disk-objects.js';
import type { EngineLimits, GitEngine, Refs, RemoteRefs, SyncSpec } from './engine.js';
import { wholeAnswers } from './git-http.js';
import { listRemote } from './isomorphic.js';
import { ObjectReader } from './object-reader.js';
import { createRedactor } from './redact.js';
import { syncInWorker } from './sync-pool.js';
import { createTransport } from './transport.js';
import type { RemoteOptions, Transport } from './transport.js';

export interface IsomorphicEngineOptions {
  readonly gitdir: string;
  /** None: a local repository, read only. */
  readonly remote?: RemoteOptions;
  readonly limits: EngineLimits;
  /** Called when an object that should be there is missing or damaged. */
  readonly onDamage?: (problem: string) => void;
}

class IsomorphicEngine implements GitEngine {
  readonly #options: IsomorphicEngineOptions;
  readonly #objects: DiskObjects;
  readonly #reader: ObjectReader;
  readonly #transport: Transport | undefined;

  constructor(options: IsomorphicEngineOptions) {
    const { gitdir, limits, onDamage } = options;
    this.#options = options;
    this.#objects = new DiskObjects({
      gitdir,
      hasLooseObjects: options.remote === undefined,
      cacheBytes: limits.cacheBytes / 4,
    });
    this.#reader = new ObjectReader({
      objects: this.#objects,
      limits,
      ...(onDamage === undefined ? {} : { onDamage }),
    });
    this.#transport = options.remote === undefined ? undefined : createTransport(options.remote);
  }

  async remoteRefs(signal: AbortSignal): Promise<RemoteRefs> {
    const { remote } = this.#options;
    if (remote === undefined || this.#transport === undefined) return new Map();
    const http = wholeAnswers(this.#transport.http(signal));
    try {
      const heads = await listRemote(http, remote.url, 'refs/heads/');
      const tags = await listRemote(http, remote.url, 'refs/tags/');
      return new Map([...heads, ...tags]);
    } catch (error) {
      throw this.#failure(error, signal, 'does not answer as a git server does');
    }
  }

  async sync(spec: SyncSpec, signal: AbortSignal): Promise<Refs> {
    const { remote, gitdir, limits } = this.#options;
    if (remote === undefined || spec.remote.size === 0) return new Map();
    try {
      const answer = await syncInWorker({ ...spec, gitdir, limits, options: remote }, signal);
      if ('refs' in answer) return answer.refs;
      if (answer.code !== null) throw new ConfigServerError(answer.code, answer.message, answer);
      throw this.#unusable('does not send what it has in whole', answer.diagnostics);
    } catch (error) {
      throw this.#failure(error, signal, 'could not be fetched from');
    } finally {
      this.#objects.refresh();
    }
  }

  #failure(error: unknown, signal: AbortSignal, problem: string): unknown {
    if (signal.aborted || isConfigServerError(error)) return error;
    const { credentials, proxy } = this.#options.remote ?? {};
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const cause = createRedactor(credentials, proxy?.http, proxy?.https)(text).slice(0, 300);
    return this.#unusable(problem, { cause });
  }

  #unusable(problem: string, diagnostics: Readonly<Record<string, unknown>>): ConfigServerError {
    const message = `The remote ${this.#options.remote?.url ?? ''} ${problem}.`;
    return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', message, { diagnostics });
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

  async maintain(): Promise<'ok' | 'rebuild'> {
    const names = await readdir(join(this.#options.gitdir, 'objects', 'pack'));
    return names.filter((name) => name.endsWith('.pack')).length > this.#options.limits.packs ? 'rebuild' : 'ok';
  }

  async close(): Promise<void> {
    await this.#objects.close();
    await this.#transport?.close();
  }
}

/** The engine in JavaScript: needs no git program; speaks http(s). Right for packs up to some 50 MB (docs/architecture.md). */
export function createIsomorphicEngine(options: IsomorphicEngineOptions): GitEngine {
  return new IsomorphicEngine(options);
}
