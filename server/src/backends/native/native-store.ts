import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { BackendHealth, MovedLabel } from '../backend.js';
import { orAborted } from '../../core/single-flight.js';
import type { Snapshot, SnapshotFile, SnapshotStore } from '../snapshot-store.js';
import { readFolders, readUnchanged } from './read-folder.js';
import type { FolderFile, FolderSnapshot, ReadFolderOptions } from './read-folder.js';
import type { FolderWatch, WatchFolders } from './watch-folders.js';

export interface NativeStoreOptions extends ReadFolderOptions {
  readonly name: string;
  readonly emit: Emit;
  /** What listeners are told has moved. */
  readonly label: string;
  /** Between looks at the folders that no notification asked for, in milliseconds. */
  readonly sweepMs: number;
  readonly watch: WatchFolders;
}

const debounceMs = 20;
const mostReads = 3;

/**
 * Snapshots of folders. A notification makes the next request look again; a sweep finds what came without one. What
 * cannot be read leaves the last good snapshot in place.
 */
export function createNativeStore(options: NativeStoreOptions): SnapshotStore {
  return new NativeStore(options);
}

class NativeStore implements SnapshotStore {
  readonly #options: NativeStoreOptions;
  readonly #listeners = new Set<(moved: readonly MovedLabel[]) => void>();
  readonly #closing = new AbortController();
  readonly #watch: FolderWatch;
  readonly #told = new Set<string>();
  #current: FolderSnapshot | undefined;
  #isDirty = true;
  #running: Promise<readonly MovedLabel[]> | undefined;
  #next: Promise<readonly MovedLabel[]> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;
  #lastSuccess: number | null = null;
  #error: string | null = null;

  constructor(options: NativeStoreOptions) {
    this.#options = options;
    this.#watch = options.watch(() => {
      this.#isDirty = true;
      this.#lookLater(debounceMs);
    });
  }

  async normalize(_label: string | null, signal: AbortSignal): Promise<Snapshot> {
    signal.throwIfAborted();
    if (this.#current === undefined || this.#isDirty)
      await orAborted(this.#look(), signal).catch((error: unknown) => {
        if (this.#current === undefined || signal.aborted) throw error;
      });
    if (this.#current !== undefined) return this.#current;
    throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `The source "${this.#options.name}" has not been read.`);
  }

  stamp(): string | undefined {
    return this.#isDirty ? undefined : this.#current?.id;
  }

  async read(files: readonly SnapshotFile[], signal: AbortSignal): Promise<readonly Uint8Array[]> {
    signal.throwIfAborted();
    return Promise.all(files.map((file) => this.#contentOf(file)));
  }

  parent(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  modified(snapshot: Snapshot, path: string): Promise<number | null> {
    const file = snapshot.file(path);
    return Promise.resolve(file !== undefined && isFolderFile(file) ? file.scanned.modified : null);
  }

  knows(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async refresh(_request: unknown, signal: AbortSignal): Promise<readonly MovedLabel[]> {
    signal.throwIfAborted();
    return orAborted(this.#look(), signal);
  }

  health(): BackendHealth {
    return { ready: this.#current !== undefined, lastSuccess: this.#lastSuccess, error: this.#error };
  }

  onVersionChange(listener: (moved: readonly MovedLabel[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(signal: AbortSignal): Promise<void> {
    await orAborted(this.#look(), signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'The source is closed.'));
    clearTimeout(this.#timer);
    this.#watch.close();
    this.#listeners.clear();
    await this.#running?.catch(() => undefined);
  }

  /** Looks at the folders now. Who comes while a look is under way gets the one after it: that one may have begun too early. */
  #look(): Promise<readonly MovedLabel[]> {
    if (this.#running === undefined) return this.#startLook();
    const start = (): Promise<readonly MovedLabel[]> => this.#startLook();
    return (this.#next ??= this.#running.then(start, start));
  }

  #startLook(): Promise<readonly MovedLabel[]> {
    this.#next = undefined;
    const run = this.#readNow().finally(() => {
      if (this.#running === run) this.#running = undefined;
      this.#lookLater(this.#options.sweepMs);
    });
    this.#running = run;
    return run;
  }

  async #readNow(): Promise<readonly MovedLabel[]> {
    this.#closing.signal.throwIfAborted();
    const started = Date.now();
    this.#isDirty = false;
    try {
      const snapshot = await readFolders(this.#options, this.#current, this.#closing.signal);
      if (snapshot === undefined)
        throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'None of the search locations is a folder.');
      return this.#publish(snapshot, started);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #publish(snapshot: FolderSnapshot, started: number): readonly MovedLabel[] {
    const { name, emit, label } = this.#options;
    const from = this.#current?.id ?? null;
    if (this.#error !== null) emit({ type: 'source-recovered', source: name });
    this.#current = snapshot;
    this.#error = null;
    this.#lastSuccess = Date.now();
    // What happened between reading a folder and watching it came without a notification.
    if (this.#watch.update(snapshot.folders)) this.#lookLater(debounceMs);
    this.#tellRefused(snapshot.refused);
    if (snapshot.id === from) return [];
    const moved = [{ label, from, to: snapshot.id }];
    emit({ type: 'source-synced', source: name, milliseconds: this.#lastSuccess - started, moved: moved.length });
    if (from !== null) for (const listener of this.#listeners) listener(moved);
    return from === null ? [] : moved;
  }

  #failed(cause: unknown): ConfigServerError {
    const error = isConfigServerError(cause)
      ? cause
      : new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'The search locations cannot be read.', { cause });
    if (this.#closing.signal.aborted || this.#error === error.message) return error;
    this.#error = error.message;
    const diagnostics = { ...error.diagnostics, ...(error.cause instanceof Error && { cause: error.cause.message }) };
    this.#options.emit({ type: 'source-failed', source: this.#options.name, message: error.message, diagnostics });
    return error;
  }

  #tellRefused(refused: readonly string[]): void {
    for (const path of refused.filter((one) => !this.#told.has(one)).slice(0, 10)) {
      this.#told.add(path);
      const message = `The symbolic link ${path} is left out: it leads out of the search locations, or nowhere.`;
      this.#options.emit({ type: 'notice', message });
    }
  }

  #lookLater(delay: number): void {
    const due = Date.now() + delay;
    if (this.#closing.signal.aborted || due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      // A failure is in health and has been told.
      this.#look().catch(() => undefined);
    }, delay);
    this.#timer.unref();
  }

  async #contentOf(file: SnapshotFile): Promise<Uint8Array> {
    let wanted: SnapshotFile | undefined = file;
    for (let attempt = 0; attempt < mostReads && wanted !== undefined && isFolderFile(wanted); attempt += 1) {
      const content: Uint8Array | undefined = wanted.content ?? (await readUnchanged(wanted.scanned));
      if (content !== undefined) return content;
      await this.#look();
      wanted = this.#current?.file(wanted.path);
    }
    throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'A file changed while it was read.');
  }
}

function isFolderFile(file: SnapshotFile): file is FolderFile {
  return 'scanned' in file;
}
