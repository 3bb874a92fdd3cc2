import type { DescribedChange } from '../../core/described-change.js';
import type { Emit } from '../../core/events.js';
import type { MovedLabel } from '../backend.js';

export interface ChangeDescriptionsOptions {
  readonly source: string;
  readonly describe: (moved: MovedLabel, signal: AbortSignal) => Promise<DescribedChange>;
  /** For each, in milliseconds. Default 30,000. */
  readonly deadlineMs?: number;
  /** Moves that may wait; past it they are only told of as moved. Default 100. */
  readonly waiting?: number;
  readonly emit: Emit;
}

/** Tells of moved labels what they changed, one after the other, after the move itself was told. */
export interface ChangeDescriptions {
  tell(moved: readonly MovedLabel[]): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export function createChangeDescriptions(options: ChangeDescriptionsOptions): ChangeDescriptions {
  const { source, describe, emit, deadlineMs = 30_000, waiting: most = 100 } = options;
  const closing = new AbortController();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const tellOne = async (moved: MovedLabel): Promise<void> => {
    waiting -= 1;
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(deadlineMs)]);
      signal.throwIfAborted();
      emit({ type: 'change-described', source, ...moved, change: await describe(moved, signal) });
    } catch {
      // The move itself was told; objects that cannot be read, or a server that stops, leave it at that.
    }
  };
  return {
    tell(moved) {
      for (const one of moved.slice(0, Math.max(0, most - waiting))) {
        waiting += 1;
        last = last.then(() => tellOne(one));
      }
    },
    close() {
      closing.abort(new Error('closed'));
      return last;
    },
  };
}
