import type {
  ChangeEvent,
  Config,
  ConfigEvents,
  ConfigOrigin,
  PropertySource,
  SignalOptions,
  WatchOptions,
} from '../config.js';
import type { ClientSettings } from '../options/settings.js';
import type { ConfigPath, PathValue } from '../paths.js';
import { printAs } from '../platform/inspect.js';
import { isEqual } from '../snapshot/equal.js';
import { findValue, missingKey } from '../snapshot/find-value.js';
import { presentSources } from '../snapshot/present-sources.js';
import type { WireSource } from '../wire/environment.js';
import type { Remote } from '../wire/remote.js';
import { ChangeStream } from './change-stream.js';
import type { Emitter } from './emitter.js';
import type { Freshness } from './freshness.js';
import type { RefreshLoop } from './refresh-loop.js';
import type { Updater } from './updater.js';

export interface ConfigParts {
  readonly settings: ClientSettings;
  readonly remote: Remote;
  readonly emitter: Emitter;
  readonly freshness: Freshness;
  readonly updater: Updater;
  readonly loop: RefreshLoop;
}

/** What `load` returns. Its types are a promise that the schema has kept when the snapshot was made. */
export class ClientConfig<T> implements Config<T> {
  static {
    printAs(this.prototype, (config) => summaryOf(config));
  }

  readonly #parts: ConfigParts;
  readonly #streams = new Set<ChangeStream>();
  #presented: { readonly of: readonly WireSource[]; readonly sources: readonly PropertySource[] } | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: ConfigParts) {
    this.#parts = parts;
  }

  get current(): T {
    return this.#parts.updater.snapshot.tree as T;
  }

  get version(): string | null {
    return this.#parts.updater.snapshot.version;
  }

  get digest(): string | null {
    return this.#parts.updater.snapshot.digest;
  }

  get origin(): ConfigOrigin {
    return this.#parts.updater.snapshot.origin;
  }

  get age(): number {
    return this.#parts.freshness.age;
  }

  get stale(): boolean {
    return this.#parts.freshness.isStale;
  }

  get sources(): readonly PropertySource[] {
    const { sources } = this.#parts.updater.snapshot;
    if (this.#presented?.of !== sources) {
      this.#presented = { of: sources, sources: presentSources(sources, this.#parts.settings) };
    }
    return this.#presented.sources;
  }

  get<P extends ConfigPath<T>>(key: P): PathValue<T, P>;
  get<P extends ConfigPath<T>, D>(key: P, defaultValue: D): PathValue<T, P> | D;
  get(key: string, ...defaults: readonly unknown[]): unknown {
    const { updater, settings } = this.#parts;
    const value = findValue(updater.snapshot, key, settings);
    if (value !== undefined) return value;
    if (defaults.length > 0) return defaults[0];
    throw missingKey(updater.snapshot, key, settings);
  }

  on<E extends keyof ConfigEvents>(event: E, listener: (event: ConfigEvents[E]) => unknown): () => void {
    return this.#parts.emitter.on(event, listener);
  }

  watch<P extends ConfigPath<T>>(
    key: P,
    listener: (next: PathValue<T, P> | undefined, previous: PathValue<T, P> | undefined) => unknown,
    { immediate = false, signal }: WatchOptions = {},
  ): () => void {
    if (signal?.aborted === true) return () => undefined;
    const find = () =>
      findValue(this.#parts.updater.snapshot, key, this.#parts.settings) as PathValue<T, P> | undefined;
    let seen = find();
    const unsubscribe = this.#parts.emitter.on('change', () => {
      const [next, previous] = [find(), seen];
      seen = next;
      return isEqual(next, previous) ? undefined : listener(next, previous);
    });
    const stop = (): void => {
      unsubscribe();
      signal?.removeEventListener('abort', stop);
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (immediate) this.#parts.emitter.guard('watch', () => listener(seen, undefined));
    return stop;
  }

  changes({ signal }: SignalOptions = {}): AsyncIterableIterator<ChangeEvent> {
    const { updater, emitter, settings } = this.#parts;
    const stream = new ChangeStream({
      presentation: settings,
      snapshot: () => updater.snapshot,
      onChange: (listener) => emitter.on('change', listener),
      onEnd: (ended) => this.#streams.delete(ended),
      signal,
    });
    if (this.#closing !== undefined) stream.end();
    else if (!stream.isDone) this.#streams.add(stream);
    return stream;
  }

  refresh({ signal }: SignalOptions = {}): Promise<'changed' | 'unchanged'> {
    return this.#parts.loop.refresh(signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { loop, freshness, emitter, remote } = this.#parts;
    freshness.close();
    for (const stream of this.#streams) stream.end();
    emitter.clear();
    await loop.close();
    remote.close();
  }
}

/** Without values, which may be secrets. */
function summaryOf({ origin, version, age, stale }: Config<unknown>): object {
  return { origin, version, age, stale };
}
