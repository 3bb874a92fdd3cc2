import type { Platform } from '../platform/platform.js';
import type { AnswerHeaders } from '../wire/outcome.js';
import type { Emitter } from './emitter.js';

export interface FreshnessOptions {
  readonly platform: Platform;
  readonly emitter: Emitter;
  readonly staleAfter: number;
  readonly version: () => string | null;
}

/** How old the configuration in place may be, and whether that is too old. Stale until first confirmed. */
export class Freshness {
  readonly #options: FreshnessOptions;
  #freshAt = -Infinity;
  #isStale = true;
  #cancel: (() => void) | undefined;

  constructor(options: FreshnessOptions) {
    this.#options = options;
  }

  /** Milliseconds; Infinity where nothing was ever confirmed. */
  get age(): number {
    return this.#options.platform.now() - this.#freshAt;
  }

  get isStale(): boolean {
    return this.#isStale;
  }

  /** The server has just said that what is in place is what it has. */
  confirm({ age, isStale }: Pick<AnswerHeaders, 'age' | 'isStale'>): void {
    this.#freshAt = this.#options.platform.now() - age;
    this.#restartTimer();
    if (isStale) this.#becomeStale('server');
    else this.#becomeFresh();
  }

  close(): void {
    this.#cancel?.();
  }

  #restartTimer(): void {
    this.#cancel?.();
    const { platform, staleAfter } = this.#options;
    if (staleAfter === Infinity) return;
    const becomeStale = (): void => {
      this.#becomeStale('unconfirmed');
    };
    this.#cancel = platform.startTimer(becomeStale, staleAfter, { keepAlive: false });
  }

  #becomeFresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#options.emitter.emit('recovered', { version: this.#options.version() });
  }

  #becomeStale(reason: 'unconfirmed' | 'server'): void {
    if (this.#isStale) return;
    this.#isStale = true;
    this.#options.emitter.emit('stale', { reason, version: this.#options.version(), age: this.age });
  }
}
