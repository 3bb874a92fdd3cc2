import { watch, type FSWatcher } from 'node:fs';

export interface RepeatedLookOptions {
  /** Watched as a hint; file systems without notifications are looked at every `pollMs`. */
  readonly folder: string;
  /** Looks; gives whether to look again soon. Never rejects. */
  readonly look: () => Promise<boolean>;
  readonly pollMs: number;
  readonly soonMs: number;
}

/** Looks one at a time, again and again, and soon after something in the folder has changed. */
export function startLooking({ folder, look, pollMs, soonMs }: RepeatedLookOptions): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const state = { isLooking: false, isAsked: false, isClosed: false };
  const schedule = (milliseconds: number): void => {
    clearTimeout(timer);
    if (!state.isClosed) timer = setTimeout(() => void run(), milliseconds).unref();
  };
  const run = async (): Promise<void> => {
    Object.assign(state, { isLooking: true, isAsked: false });
    const isMore = await look();
    state.isLooking = false;
    schedule(isMore || state.isAsked ? soonMs : pollMs);
  };
  const watcher = watchFolder(folder, () => {
    state.isAsked = true;
    if (!state.isLooking) schedule(soonMs);
  });
  schedule(pollMs);
  return {
    close() {
      state.isClosed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    // Out of watches: it is looked at every while.
    return undefined;
  }
}
