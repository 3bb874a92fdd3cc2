import type { ConfigEvents } from '../config.js';
import { ConfigClientError } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import { reasonOf } from '../snapshot/redact.js';

type Name = keyof ConfigEvents;
type Listener<E extends Name> = (event: ConfigEvents[E]) => unknown;
type Listeners = { readonly [E in Name]: Set<{ readonly call: Listener<E> }> };

/** Events and their listeners. A listener that fails harms neither the others nor who emits. */
export class Emitter {
  readonly #platform: Platform;
  readonly #redact: (text: string) => string;
  readonly #listeners: Listeners = {
    change: new Set(),
    rejected: new Set(),
    stale: new Set(),
    recovered: new Set(),
    error: new Set(),
  };

  /** `redact` takes secrets out of what a listener threw. */
  constructor(platform: Platform, redact: (text: string) => string) {
    this.#platform = platform;
    this.#redact = redact;
  }

  on<E extends Name>(event: E, listener: Listener<E>): () => void {
    // Wrapped, so that a function added twice is called twice and removed once.
    const entry = { call: listener };
    const listeners: Listeners[E] = this.#listeners[event];
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  /** Calls the listeners in the order they came; tells whether there was one. */
  emit<E extends Name>(event: E, payload: ConfigEvents[E]): boolean {
    const listeners: Listeners[E] = this.#listeners[event];
    const entries = [...listeners];
    for (const { call } of entries) this.#call(event, () => call(payload));
    return entries.length > 0;
  }

  /** Emits, or warns where no one listens. */
  emitOrWarn<E extends 'rejected' | 'error'>(event: E, payload: ConfigEvents[E]): void {
    if (!this.emit(event, payload)) this.#platform.warn(payload.error.message, payload.error.code);
  }

  /** Calls a function of the service's, for `what`; what it throws or rejects with goes to `error`. */
  guard(what: string, call: () => unknown): void {
    this.#call(what, call);
  }

  clear(): void {
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }

  #call(what: string, call: () => unknown): void {
    const failed = (cause: unknown): void => {
      this.#listenerFailed(what, cause);
    };
    try {
      const result = call();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #listenerFailed(what: string, cause: unknown): void {
    const reason = this.#redact(reasonOf(cause));
    const error = new ConfigClientError('CONFIG_LISTENER_FAILED', `A listener of '${what}' failed: ${reason}`, {
      cause,
    });
    if (what === 'error') this.#platform.warn(error.message, error.code);
    else this.emitOrWarn('error', { error, retryIn: null });
  }
}
