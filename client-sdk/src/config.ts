import type { ConfigClientError, ConfigClientErrorCode, SchemaIssue } from './errors.js';
import type { UntypedConfig } from './options/load-options.js';
import type { ConfigPath, PathValue } from './paths.js';

/** Where the configuration in place came from. */
export type ConfigOrigin = 'remote' | 'fallback';

/** What led to a change: a poll, or `config.refresh()`. */
export type ChangeSource = 'poll' | 'refresh';

/** A key that only the new configuration has. */
export interface AddedProperty {
  readonly key: string;
  readonly next: unknown;
}

/** A key with another value, or the same of another type. */
export interface ChangedProperty {
  readonly key: string;
  readonly previous: unknown;
  readonly next: unknown;
}

/** A key that only the old configuration had. */
export interface RemovedProperty {
  readonly key: string;
  readonly previous: unknown;
}

/** One swap of the configuration; keys are the flat ones as served, values as merged and with placeholders resolved. */
export interface ChangeEvent {
  /** The commit id where the server reads from git; null where it has no version. */
  readonly version: string | null;
  readonly previousVersion: string | null;
  readonly added: readonly AddedProperty[];
  readonly changed: readonly ChangedProperty[];
  readonly removed: readonly RemovedProperty[];
  readonly source: ChangeSource;
}

/** A new configuration that was not taken; the one in place stays. */
export interface RejectedEvent {
  readonly code: ConfigClientErrorCode;
  readonly reason: string;
  /** What the schema found, if it was the schema. */
  readonly issues: readonly SchemaIssue[];
  /** The version that was rejected. */
  readonly version: string | null;
  readonly digest: string | null;
  readonly error: ConfigClientError;
}

/** The configuration has not been confirmed for `staleAfter`, or the server says that its own copy is old. */
export interface StaleEvent {
  readonly reason: 'unconfirmed' | 'server';
  readonly version: string | null;
  /** Milliseconds. */
  readonly age: number;
}

/** A stale configuration was confirmed, or replaced by a new one. */
export interface RecoveredEvent {
  readonly version: string | null;
}

/** A check that failed, or a listener that threw. */
export interface ErrorEvent {
  readonly error: ConfigClientError;
  /** Milliseconds until the next check; null where the error was not one of a check. */
  readonly retryIn: number | null;
}

/** The events of a configuration and what their listeners are given. */
export interface ConfigEvents {
  readonly change: ChangeEvent;
  readonly rejected: RejectedEvent;
  readonly stale: StaleEvent;
  readonly recovered: RecoveredEvent;
  readonly error: ErrorEvent;
}

/** A value of a property source, placeholders as written. One that is a secret is `***` in JSON and when it is printed. */
export interface PropertyValue {
  /** With the option `secrets: 'wrap'`, a `Secret` where it is one. */
  readonly value: unknown;
  /** Where it stands in its file, `LINE:COLUMN`, if the server tells. */
  readonly origin?: string;
  /** There if the server says that it is a secret. */
  readonly secret?: true;
}

/** One property source as the server sent it; placeholders are as written. */
export interface PropertySource {
  readonly name: string;
  readonly properties: ReadonlyMap<string, PropertyValue>;
}

/** How `config.watch` watches. */
export interface WatchOptions {
  /** Calls the listener at once with the value in place; `previous` is then undefined. */
  readonly immediate?: boolean;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
}

/** What ends a wait. */
export interface SignalOptions {
  readonly signal?: AbortSignal;
}

/**
 * A loaded configuration that keeps itself up to date until it is closed. Its timers never keep a process alive.
 *
 * @typeParam T - the configuration's type, inferred from the schema.
 */
export interface Config<T = UntypedConfig> {
  /** The configuration, frozen through and through; the same object until its values change. */
  readonly current: T;
  /** The commit id where the server reads from git; null where it has no version or the origin is `fallback`. */
  readonly version: string | null;
  /** The server's digest of the property sources (`X-Config-Digest`); null where it sends none. */
  readonly digest: string | null;
  readonly origin: ConfigOrigin;
  /** Milliseconds since the configuration in place was last known to be its repository's; Infinity for a fallback. */
  readonly age: number;
  /** Whether it went unconfirmed for longer than `staleAfter`, is a fallback, or the server calls its copy stale. */
  readonly stale: boolean;
  /** The property sources as served, highest precedence first. */
  readonly sources: readonly PropertySource[];

  /**
   * The value at a key: a property (`orders.max-items`, `servers[0].port`) or what is nested below (`orders`).
   * With a default as second argument, that is returned where the key has no value.
   *
   * @throws CONFIG_KEY_MISSING where it has none and no default was given. `null` is a value.
   * @example
   * ```ts
   * import { load } from 'cairn-config-client';
   *
   * const config = await load({ url: 'http://127.0.0.1:8888', application: 'orders', profiles: ['prod'] });
   * console.log(config.get('orders.max-items', 10));
   * await config.close();
   * ```
   */
  get<P extends ConfigPath<T>>(key: P): PathValue<T, P>;
  get<P extends ConfigPath<T>, D>(key: P, defaultValue: D): PathValue<T, P> | D;

  /**
   * Calls `listener` at each event; returns what ends that. What a listener throws or rejects with goes to `error`;
   * where no one listens to `error` or `rejected`, a process warning is emitted.
   */
  on<E extends keyof ConfigEvents>(event: E, listener: (event: ConfigEvents[E]) => unknown): () => void;

  /**
   * Calls `listener` when the value at a key, or anything nested below it, has changed: `orders` covers
   * `orders.max-items` and not `orders-extra.x`. A value that is not there is undefined. Returns what ends the watch.
   */
  watch<P extends ConfigPath<T>>(
    key: P,
    listener: (next: PathValue<T, P> | undefined, previous: PathValue<T, P> | undefined) => unknown,
    options?: WatchOptions,
  ): () => void;

  /**
   * The changes from this call on. A reader that is slower than the changes gets one change that spans all it missed, so
   * nothing is queued. Ends with `close()` or with the signal, without an exception.
   */
  changes(options?: SignalOptions): AsyncIterableIterator<ChangeEvent>;

  /**
   * Checks the server now and resolves when the outcome is in place.
   *
   * @throws CONFIG_UNAVAILABLE, CONFIG_REFUSED, CONFIG_NOT_FOUND and the like when no server gave a configuration;
   * CONFIG_SCHEMA_INVALID, CONFIG_REJECTED and the like when it was rejected; CONFIG_ABORTED; CONFIG_CLOSED.
   */
  refresh(options?: SignalOptions): Promise<'changed' | 'unchanged'>;

  /** Stops polling, ends what is in flight and all listeners. The values stay readable. May be called more than once. */
  close(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void>;
}
