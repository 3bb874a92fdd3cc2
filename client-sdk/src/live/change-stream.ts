import type { ChangeEvent, ChangeSource } from '../config.js';
import { describeChange } from '../snapshot/describe-change.js';
import type { Presentation } from '../snapshot/present.js';
import type { Snapshot } from '../snapshot/snapshot.js';

export interface ChangeStreamOptions {
  readonly presentation: Presentation;
  readonly snapshot: () => Snapshot;
  /** Subscribes to swaps; returns what ends that. */
  readonly onChange: (listener: (event: ChangeEvent) => void) => () => void;
  readonly onEnd: (stream: ChangeStream) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Changes as an async iterator. It remembers the snapshot it last told of and compares with the one in place when it is
 * asked, so that a slow reader gets one change that spans all it missed and nothing is ever queued.
 */
export class ChangeStream implements AsyncIterableIterator<ChangeEvent> {
  readonly #options: ChangeStreamOptions;
  readonly #unsubscribe: () => void;
  readonly #waiting: (() => void)[] = [];
  #told: Snapshot;
  #source: ChangeSource = 'poll';
  #isDone = false;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    this.#told = options.snapshot();
    this.#unsubscribe = options.onChange(({ source }) => {
      this.#source = source;
      this.#wake();
    });
    if (options.signal?.aborted === true) this.end();
    else options.signal?.addEventListener('abort', this.end, { once: true });
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ChangeEvent, undefined>> {
    while (!this.#isDone) {
      const change = this.#catchUp();
      if (change !== undefined) return { done: false, value: change };
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<ChangeEvent, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  readonly end = (): void => {
    this.#isDone = true;
    this.#unsubscribe();
    this.#options.signal?.removeEventListener('abort', this.end);
    this.#options.onEnd(this);
    this.#wake();
  };

  #catchUp(): ChangeEvent | undefined {
    const previous = this.#told;
    this.#told = this.#options.snapshot();
    return describeChange(previous, this.#told, { presentation: this.#options.presentation, source: this.#source });
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
