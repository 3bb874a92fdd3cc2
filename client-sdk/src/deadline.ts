import { ConfigClientError } from './errors.js';
import { formatDuration } from './options/duration.js';
import type { Platform } from './platform/platform.js';

export interface DeadlineOptions {
  readonly platform: Platform;
  readonly milliseconds: number;
  /** Ends the task early. */
  readonly signal: AbortSignal | undefined;
  /** What did not end in time, for the message. */
  readonly what: string;
}

/**
 * Runs `task` until it ends, its time is over or the signal ends it, whichever is first; the task's own signal tells it.
 * Rejects with CONFIG_UNAVAILABLE when the time is over, and with the signal's reason when that came first.
 */
export async function withDeadline<T>(
  options: DeadlineOptions,
  task: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const { platform, milliseconds, what } = options;
  const controller = new AbortController();
  const unlink = linkSignal(options.signal, controller);
  const tooLate = `${what} did not end within ${formatDuration(milliseconds)}.`;
  const cancel = platform.startTimer(
    () => {
      controller.abort(new ConfigClientError('CONFIG_UNAVAILABLE', tooLate));
    },
    milliseconds,
    { keepAlive: true },
  );
  try {
    return await untilAborted(controller.signal, async () => task(controller.signal));
  } finally {
    cancel();
    unlink();
  }
}

/** The outcome of `task`, or the signal's reason as soon as it is aborted, for tasks that don't heed it. */
export async function untilAborted<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  throwIfAborted(signal);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(abortError(signal));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([task(), aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

/** Throws the signal's reason if it is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortError(signal);
}

/** Why a signal was aborted, as an error of ours. */
export function abortError(signal: AbortSignal): ConfigClientError {
  if (signal.reason instanceof ConfigClientError) return signal.reason;
  return new ConfigClientError('CONFIG_ABORTED', 'The signal that was given was aborted.', { cause: signal.reason });
}

// By hand and not by AbortSignal.any, which on Node 20 keeps what is linked to a long-lived signal.
function linkSignal(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (signal === undefined) return () => undefined;
  const abort = (): void => {
    controller.abort(abortError(signal));
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return () => {
    signal.removeEventListener('abort', abort);
  };
}
