/**
 * A source of many repositories: a pattern of `application/profile` chooses one before the source's own, and placeholders in
 * a URI stand for what a request names. Which backend reads them is not known here: `create` makes it.
 */
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { Query } from '../../core/query.js';
import type { Backend, BackendHealth, MovedLabel } from '../backend.js';
import { namedFailure } from '../named-failure.js';
import { refreshParts } from '../refresh-parts.js';
import { createChoices } from './choices.js';
import type { Choice, Choices, PatternOptions, RepositoryOptions, Target } from './choices.js';
import { createOpenRepositories } from './open-repositories.js';
import type { OpenRepositories } from './open-repositories.js';
import { createRepositoryHealth } from './repository-health.js';
import type { RepositoryHealth } from './repository-health.js';

export interface RepositoriesOptions {
  /** The source's name. */
  readonly name: string;
  /** Answers what no pattern matches. */
  readonly own: RepositoryOptions;
  /** In order: the first that matches answers. */
  readonly repositories: readonly PatternOptions[];
  /** Makes the backend of a repository, not started. */
  readonly create: (target: Target) => Backend;
  /** Repositories beside the source's own that are open at a time. Default 50. */
  readonly mostOpen?: number;
  /** How long a request waits for a repository that is opened for it, in milliseconds. Default 20,000. */
  readonly waitMs?: number;
  /** How long, and of how many, it is remembered that they could not be opened. Default 10,000 ms and 1,000. */
  readonly rememberMs?: number;
  readonly remembered?: number;
  readonly emit: Emit;
  readonly now?: () => number;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID where a URI has a placeholder before its path */
export function createRepositoriesBackend(options: RepositoriesOptions): Backend {
  return new RepositoriesBackend(options);
}

type Listener = (moved: readonly MovedLabel[]) => void;

class RepositoriesBackend implements Backend {
  readonly name: string;
  readonly #options: RepositoriesOptions;
  readonly #choices: Choices;
  /** Open as long as the source is; undefined where its URI has placeholders. */
  readonly #own: Backend | undefined;
  readonly #open: OpenRepositories;
  readonly #health: RepositoryHealth;
  readonly #listeners = new Set<Listener>();
  #isClosed = false;

  constructor(options: RepositoriesOptions) {
    this.name = options.name;
    this.#options = options;
    this.#choices = createChoices(options.own, options.repositories);
    this.#own = this.#choices.own && options.create(this.#choices.own);
    this.#own?.onVersionChange((moved) => {
      this.#tell(moved);
    });
    this.#open = createOpenRepositories({
      create: options.create,
      most: options.mostOpen ?? 50,
      waitMs: options.waitMs ?? 20_000,
      rememberMs: options.rememberMs ?? 10_000,
      remembered: options.remembered ?? 1_000,
      now: options.now ?? Date.now,
      onOpen: (backend) =>
        backend.onVersionChange((moved) => {
          this.#tell(moved);
        }),
    });
    this.#health = createRepositoryHealth(options);
  }

  resolve: Backend['resolve'] = (query, signal) =>
    this.#answer(query, signal, (backend) => backend.resolve(query, signal));

  readFile: Backend['readFile'] = async (query, path, signal) => {
    const read = await this.#answer(query, signal, async (backend) => {
      // A repository answers for a query as a whole: its environment decides, not which files it has.
      await backend.resolve(query, signal);
      try {
        return { resource: await backend.readFile(query, path, signal) };
      } catch (error) {
        if (isConfigServerError(error, 'CONFIG_RESOURCE_NOT_FOUND')) return { error };
        throw error;
      }
    });
    if ('error' in read) throw read.error;
    return read.resource;
  };

  /** Of everything that may answer, so that it moves with what an answer was made from. */
  stamp(query: Query): string | undefined {
    const stamps: string[] = [];
    for (const target of this.#choicesOf(query).flatMap(({ targets }) => targets)) {
      const stamp = this.#find(target)?.stamp(query);
      if (stamp === undefined) return undefined;
      stamps.push(`${target.key}\n${stamp}`);
    }
    return stamps.length === 0 ? undefined : stamps.join('\u0000');
  }

  async knows(query: Query, signal: AbortSignal): Promise<boolean> {
    const [target] = this.#choicesOf(query)[0]?.targets ?? [];
    const backend = target && this.#find(target);
    return backend !== undefined && backend.knows(query, signal);
  }

  repositories(): readonly string[] {
    return this.#all().flatMap((backend) => backend.repositories());
  }

  refresh: Backend['refresh'] = (request, signal) => {
    const own = this.#own === undefined ? [] : [this.#own];
    const others = this.#open.list().map(({ target, backend }) => ({
      repositories: () => backend.repositories(),
      refresh: (...[one, either]: Parameters<Backend['refresh']>) =>
        this.#open
          .use(target, either, (open) => open.refresh(one, either))
          .catch((error: unknown) => {
            throw named(error, target.name);
          }),
    }));
    return refreshParts([...own, ...others], request, signal);
  };

  health(query?: Query): BackendHealth {
    if (query !== undefined) return this.#healthOf(query);
    const own = this.#own?.health() ?? { ready: true, lastSuccess: null, error: null };
    return { ...own, repositories: this.#health.report(this.#open.list()) };
  }

  onVersionChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(signal: AbortSignal): Promise<void> {
    const { mostOpen = 50, emit } = this.#options;
    await this.#own?.start(signal);
    const { fixed } = this.#choices;
    for (const target of fixed.slice(0, mostOpen)) void this.#openEarly(target);
    if (fixed.length > mostOpen)
      emit({
        type: 'notice',
        message: `The source "${this.name}" has ${fixed.length} repositories, of which ${mostOpen} are open at a time (limits.mirrors).`,
      });
  }

  /** A failure is no reason not to start: requests for the others are answered. */
  async #openEarly(target: Target): Promise<void> {
    try {
      await this.#open.open(target);
    } catch (error) {
      if (isConfigServerError(error) && !this.#isClosed) this.#health.failedToOpen(target, error);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    await this.#open.close();
    await this.#own?.close();
  }

  async #answer<T>(query: Query, signal: AbortSignal, act: (backend: Backend) => Promise<T>): Promise<T> {
    for (const choice of this.#choices.of(query)) {
      try {
        const answer = await this.#firstOf(choice, signal, act);
        this.#health.answered(choice.name);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        this.#health.failed(choice, error);
        if (!choice.fallsBack) throw named(error, choice.name);
      }
    }
    throw new ConfigServerError('CONFIG_INTERNAL', 'A query has no repository.');
  }

  async #firstOf<T>({ targets }: Choice, signal: AbortSignal, act: (backend: Backend) => Promise<T>): Promise<T> {
    const failures: unknown[] = [];
    for (const target of targets) {
      try {
        return await (target.name === null && this.#own !== undefined
          ? act(this.#own)
          : this.#open.use(target, signal, act));
      } catch (error) {
        signal.throwIfAborted();
        failures.push(error);
      }
    }
    throw failures[0];
  }

  #choicesOf(query: Query): readonly Choice[] {
    try {
      return this.#choices.of(query);
    } catch (error) {
      // The lookup itself will say so.
      if (isConfigServerError(error, 'CONFIG_NAME_INVALID')) return [];
      throw error;
    }
  }

  #find(target: Target): Backend | undefined {
    return target.name === null && this.#own !== undefined ? this.#own : this.#open.find(target);
  }

  #healthOf(query: Query): BackendHealth {
    const [target] = this.#choicesOf(query)[0]?.targets ?? [];
    const backend = target && this.#find(target);
    return backend?.health(query) ?? { ready: false, lastSuccess: null, error: null };
  }

  #all(): readonly Backend[] {
    const others = this.#open.list().map(({ backend }) => backend);
    return this.#own === undefined ? others : [this.#own, ...others];
  }

  #tell(moved: readonly MovedLabel[]): void {
    for (const listener of this.#listeners) listener(moved);
  }
}

function named(error: unknown, name: string | null): unknown {
  return name === null ? error : namedFailure(error, name);
}
