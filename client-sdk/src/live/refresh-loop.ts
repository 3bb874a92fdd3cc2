import type { ChangeSource } from '../config.js';
import { untilAborted } from '../deadline.js';
import { ConfigClientError } from '../errors.js';
import type { ClientSettings } from '../options/settings.js';
import type { Platform } from '../platform/platform.js';
import { pollDelay, retryDelay } from './backoff.js';
import type { Emitter } from './emitter.js';
import type { CheckResult, Updater } from './updater.js';

export interface LoopParts {
  readonly settings: ClientSettings;
  readonly platform: Platform;
  readonly updater: Updater;
  readonly emitter: Emitter;
}

/** Checks again and again, one check at a time, until closed. */
export class RefreshLoop {
  readonly #parts: LoopParts;
  readonly #closing = new AbortController();
  #failures: number;
  #cancelTimer: (() => void) | undefined;
  #running: Promise<CheckResult> | undefined;
  #next: Promise<CheckResult> | undefined;

  constructor(parts: LoopParts, failures: number) {
    this.#parts = parts;
    this.#failures = failures;
    this.#schedule(0);
  }

  /** A check that begins now or, where one is running, as soon as that has ended: it may have asked too early. */
  async refresh(signal: AbortSignal | undefined): Promise<'changed' | 'unchanged'> {
    if (this.#closing.signal.aborted) throw closed();
    const check = (): Promise<CheckResult> => this.#checkNext();
    const result = await (signal === undefined ? check() : untilAborted(signal, check));
    if (result.kind === 'failed' || result.kind === 'rejected') throw result.error;
    return result.kind;
  }

  async close(): Promise<void> {
    this.#cancelTimer?.();
    this.#closing.abort(closed());
    await Promise.allSettled([this.#running, this.#next]);
  }

  #checkNext(): Promise<CheckResult> {
    if (this.#running === undefined) return this.#run('refresh');
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#checkNext();
      });
    return this.#next;
  }

  #run(source: ChangeSource): Promise<CheckResult> {
    this.#cancelTimer?.();
    this.#running = this.#check(source).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #check(source: ChangeSource): Promise<CheckResult> {
    const result = await this.#parts.updater.check(source, this.#closing.signal);
    this.#failures = result.kind === 'failed' ? this.#failures + 1 : 0;
    const delay = this.#schedule(result.kind === 'failed' ? result.retryAfter : 0);
    if (result.kind === 'failed' && source === 'poll') this.#tell(result.error, delay);
    return result;
  }

  /** Starts the timer of the next poll and returns its time. */
  #schedule(retryAfter: number): number | null {
    const { settings, platform } = this.#parts;
    const { interval } = settings;
    if (interval === false || this.#closing.signal.aborted) return null;
    const delay =
      this.#failures === 0
        ? pollDelay(interval, platform.random)
        : Math.max(retryAfter, retryDelay(this.#failures, interval, platform.random));
    this.#cancelTimer?.();
    this.#cancelTimer = platform.startTimer(
      () => {
        this.#poll();
      },
      delay,
      { keepAlive: false },
    );
    return delay;
  }

  #poll(): void {
    if (this.#running !== undefined) return;
    // Rejects only by close(), which waits for it.
    this.#run('poll').catch(() => undefined);
  }

  #tell(error: ConfigClientError, retryIn: number | null): void {
    const isHeard = this.#parts.emitter.emit('error', { error, retryIn });
    // Once an outage: the polls of a long one would fill the log.
    if (!isHeard && this.#failures === 1) this.#parts.platform.warn(error.message, error.code);
  }
}

function closed(): ConfigClientError {
  return new ConfigClientError('CONFIG_CLOSED', 'The configuration was closed.');
}
