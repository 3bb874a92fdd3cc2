/** The files that records are appended to. What is written may be lost with the power until it is synced. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.js';
import { segmentName } from './segments.js';
import type { Segment } from './segments.js';
import type { Standing } from './standing.js';

export interface RecordsFileOptions {
  readonly folder: string;
  /** `queries` or `changes`. */
  readonly log: string;
  readonly disk: Disk;
  /** Past this many bytes the next record begins a new file. */
  readonly rotateBytes: number;
  /** A file older than this many milliseconds is followed by a new one. */
  readonly rotateAfterMs: number;
  readonly now: () => number;
}

/** Calls do not overlap, but for `syncSoon`. */
export interface RecordsFile {
  /** Writes behind what was acknowledged; `first`: the number of the first record. */
  write(bytes: Buffer, first: number): Promise<void>;
  /** What was written stands, covered by the head of this number. */
  acknowledge(number: number): void;
  /** Resolves once a loss of power takes nothing that heads up to this one cover; at once where that is so. */
  syncedTo(number: number): Promise<void>;
  /** Resolves once a loss of power takes nothing that was written. */
  sync(): Promise<void>;
  /** Begins a sync that nobody waits for, where it has something to do for `many` heads. */
  syncSoon(many: number): void;
  /**
   * After a failure: what was acknowledged is there, durably; what lies behind it stays. A failed sync may have lost what it was to
   * take, and a later one would not say so: `standing` tells what is to be written again.
   */
  restore(standing: Pick<Standing, 'segment' | 'start' | 'expected'>): Promise<void>;
  /** Cuts off what lies behind what was acknowledged. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

interface Current {
  readonly path: string;
  readonly file: DiskFile;
  readonly openedAt: number;
  /** Acknowledged bytes. */
  size: number;
}

/** Opens the file that a log goes on in, `size` bytes of which are acknowledged and synced. */
export async function openRecordsFile(
  options: RecordsFileOptions,
  { segment, size }: { segment: Segment | undefined; size: number },
): Promise<RecordsFile> {
  if (segment === undefined) return new OpenRecords(options);
  const { birthtimeMs } = await fs.stat(segment.path);
  const file = await options.disk.open(segment.path, 'kept');
  return new OpenRecords(options, { path: segment.path, file, openedAt: birthtimeMs, size });
}

class OpenRecords implements RecordsFile {
  readonly #options: RecordsFileOptions;
  #current: Current | undefined;
  /** Bytes behind what was acknowledged. */
  #written = 0;
  /** Numbers of the heads whose records are not synced. */
  #unsynced: number[] = [];
  #syncing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(options: RecordsFileOptions, current?: Current) {
    this.#options = options;
    this.#current = current;
  }

  async write(bytes: Buffer, first: number): Promise<void> {
    this.#throwFailure();
    const current = await this.#fileFor(bytes.length, first);
    await current.file.write(bytes, current.size);
    this.#written = bytes.length;
  }

  async #fileFor(bytes: number, first: number): Promise<Current> {
    const { folder, log, disk, rotateBytes, rotateAfterMs, now } = this.#options;
    const current = this.#current;
    const isFull = current !== undefined && current.size > 0 && current.size + bytes > rotateBytes;
    const isOld = current !== undefined && current.size > 0 && now() - current.openedAt >= rotateAfterMs;
    if (current !== undefined && !isFull && !isOld) return current;
    // Only of the newest file is anything ever put back.
    await this.sync();
    const path = join(folder, segmentName(log, first));
    const next = { path, file: await disk.open(path, 'kept'), size: 0, openedAt: now() };
    this.#current = next;
    await current?.file.close();
    await disk.syncFolder(folder);
    return next;
  }

  acknowledge(number: number): void {
    if (this.#current !== undefined) this.#current.size += this.#written;
    this.#unsynced.push(number);
    this.#written = 0;
  }

  async syncedTo(number: number): Promise<void> {
    while ((this.#unsynced[0] ?? Infinity) <= number) await this.#syncOnce();
    this.#throwFailure();
  }

  async sync(): Promise<void> {
    // One that is under way may have begun before the last write.
    await this.#syncing;
    await this.#syncOnce();
  }

  syncSoon(many: number): void {
    if (this.#unsynced.length >= many) this.#syncOnce().catch(() => undefined);
  }

  #syncOnce(): Promise<void> {
    this.#syncing ??= this.#syncNow().finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  async #syncNow(): Promise<void> {
    this.#throwFailure();
    const parts = this.#unsynced.length;
    try {
      await this.#current?.file.sync();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
    this.#unsynced.splice(0, parts);
  }

  /** Once a sync has failed, what the file has says nothing of what the disk has. */
  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async restore({ segment, start, expected }: Pick<Standing, 'segment' | 'start' | 'expected'>): Promise<void> {
    await this.#syncing?.catch(() => undefined);
    this.#failure = undefined;
    this.#written = 0;
    const current = await this.#reopened();
    // One before it was synced when this one was begun.
    if (current === undefined || current.path !== segment?.path) return;
    await current.file.write(expected, start);
    await this.sync();
  }

  /** After a failed sync the old handle says nothing of what is on disk. */
  async #reopened(): Promise<Current | undefined> {
    if (this.#current === undefined) return undefined;
    const { path, file } = this.#current;
    await file.close().catch(() => undefined);
    this.#current = { ...this.#current, file: await this.#options.disk.open(path, 'kept') };
    return this.#current;
  }

  async cut(): Promise<void> {
    if (this.#current === undefined) return;
    const { file, size } = this.#current;
    await file.truncate(size);
    await file.sync();
    await this.#options.disk.syncFolder(this.#options.folder);
  }

  async close(): Promise<void> {
    await this.#syncing?.catch(() => undefined);
    await this.#current?.file.close();
    this.#current = undefined;
  }
}
