import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** Watches folders themselves, not what is below them. */
export interface FolderWatch {
  /** The folders to watch from now on. Gives whether some of them were not watched before. */
  update(folders: readonly string[]): boolean;
  close(): void;
}

export type WatchFolders = (onChange: () => void) => FolderWatch;

const mostWatchers = 1000;

/**
 * Calls `onChange` when something in a folder changes. Only a hint: it may come twice or, for folders past the
 * thousandth and file systems without notifications, not at all; the sweep finds those.
 */
export const watchFolders: WatchFolders = (onChange) => {
  const watchers = new Map<string, FSWatcher>();
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const add = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, onChange);
      watcher.on('error', () => {
        drop(folder);
      });
      watchers.set(folder, watcher);
    } catch {
      // Out of watches, or the folder went away: the sweep sees it.
    }
  };
  return {
    update(folders) {
      const wanted = new Set(folders.slice(0, mostWatchers));
      for (const folder of watchers.keys()) if (!wanted.has(folder)) drop(folder);
      const added = [...wanted].filter((folder) => !watchers.has(folder));
      for (const folder of added) add(folder);
      return added.some((folder) => watchers.has(folder));
    },
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
};
