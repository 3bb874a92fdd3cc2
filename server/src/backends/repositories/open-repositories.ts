import { ConfigServerError } from '../../core/errors.js';
import type { Backend } from '../backend.js';
import { orAborted } from '../../core/single-flight.js';
import type { Target } from './choices.js';
import { createFailedOpenings } from './failed-openings.js';
import type { FailedOpenings } from './failed-openings.js';
import { createPlaces } from './places.js';
import type { Places } from './places.js';

export interface OpenRepositoriesOptions {
  /** Makes the backend of a repository, not started. */
  readonly create: (target: Target) => Backend;
  /** How many are open at a time; the one not asked for longest is closed for another. */
  readonly most: number;
  /** How long a request waits for a repository that is being opened, in milliseconds. */
  readonly waitMs: number;
  /** How long, and for how many, it is remembered that a repository could not be opened. */
  readonly rememberMs: number;
  readonly remembered: number;
  readonly now: () => number;
  readonly onOpen: (backend: Backend) => () => void;
}

export interface OpenRepository {
  readonly target: Target;
  readonly backend: Backend;
}

/** Repositories that are opened when they are first asked for. */
export interface OpenRepositories {
  /**
   * Runs `act` with the backend of `target`, which stays open until that ends.
   * @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE where it cannot be opened, or not in time
   */
  use<T>(target: Target, signal: AbortSignal, act: (backend: Backend) => Promise<T>): Promise<T>;
  /** Opens it, if it is not open. @throws what opening it fails with */
  open(target: Target): Promise<void>;
  /** The backend of `target` where it is open. */
  find(target: Target): Backend | undefined;
  list(): readonly OpenRepository[];
  close(): Promise<void>;
}

interface Slot extends OpenRepository {
  readonly stopListening: () => void;
  readers: number;
  isRetired: boolean;
}

const openedAtOnce = 4;
const mostWaiting = 100;
const mostAttempts = 3;

export function createOpenRepositories(options: OpenRepositoriesOptions): OpenRepositories {
  return new Registry(options);
}

class Registry implements OpenRepositories {
  readonly #options: OpenRepositoriesOptions;
  /** The one asked for last comes last. */
  readonly #slots = new Map<string, Slot>();
  readonly #opening = new Map<string, Promise<Slot>>();
  readonly #closing = new Map<string, Promise<void>>();
  readonly #failures: FailedOpenings;
  readonly #places: Places = createPlaces(openedAtOnce, mostWaiting);
  readonly #end = new AbortController();

  constructor(options: OpenRepositoriesOptions) {
    const { now, rememberMs, remembered } = options;
    this.#options = options;
    this.#failures = createFailedOpenings({ now, rememberMs, capacity: remembered });
  }

  async use<T>(target: Target, signal: AbortSignal, act: (backend: Backend) => Promise<T>): Promise<T> {
    const slot = await this.#take(target, signal);
    try {
      return await act(slot.backend);
    } finally {
      slot.readers -= 1;
      this.#closeIfDone(slot);
    }
  }

  async open(target: Target): Promise<void> {
    if (!this.#slots.has(target.key)) await this.#opened(target);
  }

  find({ key }: Target): Backend | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.backend;
  }

  list(): readonly OpenRepository[] {
    return [...this.#slots.values()];
  }

  async close(): Promise<void> {
    this.#end.abort(new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'The source is closed.'));
    await Promise.allSettled(this.#opening.values());
    for (const slot of this.#slots.values()) this.#retire(slot);
    await Promise.all(this.#closing.values());
  }

  async #take(target: Target, signal: AbortSignal): Promise<Slot> {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      this.find(target);
      const slot = this.#slots.get(target.key) ?? (await this.#inTime(target, signal));
      if (slot.isRetired) continue;
      slot.readers += 1;
      return slot;
    }
    throw new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      'More repositories are asked for at once than may be open (limits.mirrors).',
    );
  }

  /** The opening itself goes on when a request has gone: the next one will need it. */
  async #inTime(target: Target, signal: AbortSignal): Promise<Slot> {
    const { waitMs } = this.#options;
    const opening = this.#opened(target);
    const late = AbortSignal.timeout(waitMs);
    try {
      return await orAborted(opening, AbortSignal.any([signal, late]));
    } catch (error) {
      if (late.aborted && !signal.aborted)
        throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'It is being opened for the first time; ask again.');
      throw error;
    }
  }

  #opened(target: Target): Promise<Slot> {
    const known = this.#opening.get(target.key);
    if (known !== undefined) return known;
    const opening = this.#openNow(target).finally(() => this.#opening.delete(target.key));
    this.#opening.set(target.key, opening);
    return opening;
  }

  async #openNow(target: Target): Promise<Slot> {
    this.#failures.check(target);
    return this.#places.in(async () => {
      await this.#closing.get(target.key);
      this.#end.signal.throwIfAborted();
      const backend = this.#options.create(target);
      try {
        await backend.start(this.#end.signal);
        if (target.isExpanded) requireCopy(backend);
      } catch (error) {
        this.#failures.remember(target, error);
        await backend.close({ discard: target.isExpanded });
        throw error;
      }
      this.#failures.forget(target);
      return this.#add(target, backend);
    });
  }

  #add(target: Target, backend: Backend): Slot {
    const slot: Slot = {
      target,
      backend,
      stopListening: this.#options.onOpen(backend),
      readers: 0,
      isRetired: false,
    };
    this.#slots.set(target.key, slot);
    for (const oldest of [...this.#slots.values()].slice(0, -this.#options.most)) this.#retire(oldest);
    return slot;
  }

  #retire(slot: Slot): void {
    this.#slots.delete(slot.target.key);
    slot.isRetired = true;
    slot.stopListening();
    this.#closeIfDone(slot);
  }

  #closeIfDone({ isRetired, readers, target, backend }: Slot): void {
    if (!isRetired || readers > 0) return;
    const { key, isExpanded } = target;
    // What requests named could fill the disk; what the settings name cannot.
    const discard = isExpanded && !this.#end.signal.aborted;
    const closing = backend
      .close({ discard })
      .catch(() => undefined)
      .finally(() => {
        if (this.#closing.get(key) === closing) this.#closing.delete(key);
      });
    this.#closing.set(key, closing);
  }
}

function requireCopy(backend: Backend): void {
  const { ready, error } = backend.health();
  if (ready) return;
  throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', error ?? 'The repository could not be opened.');
}
