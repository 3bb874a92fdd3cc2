/** The files that records are appended to: soon after they were acknowledged, many at a time. Until they are synced the heads have them. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../clock.js';
import type { Disk, DiskFile } from './disk.js';
import { slots } from './head-file.js';
import { segmentName } from './segments.js';
import type { Segment } from './segments.js';
import { createSpool } from './spool.js';
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

/** Calls do not overlap, but for `flush`. */
export interface RecordsFile {
  /** Before a batch is given a head: there is a file for it, and none of the former writes has failed. */
  prepare(bytes: number, first: number): Promise<void>;
  /** Takes a batch that the head of this number has brought, and copies it. */
  add(bytes: Uint8Array, number: number): void;
  /** Takes a batch that no head will bring: a sync is to follow. */
  write(bytes: Buffer): Promise<void>;
  /** That batch stands. */
  acknowledge(bytes: number): void;
  /** Resolves once a loss of power takes nothing that heads up to this one cover; at once where that is so. */
  syncedTo(number: number): Promise<void>;
  /** Resolves once a loss of power takes nothing. */
  sync(): Promise<void>;
  /** Resolves once whoever reads the files finds everything. */
  flush(): Promise<void>;
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
  /** Acknowledged bytes that were written. */
  end: number;
}

/** How long a reader of the files may wait for what was acknowledged. */
const writeMs = 20;
/** A sync for many batches costs little more than one for few; it is to end before the slots of the first are written anew. */
const syncBatches = slots / 2;
const syncBytes = 512 * 1024;

/** Opens the file that a log goes on in, `size` bytes of which are acknowledged and synced. */
export async function openRecordsFile(
  options: RecordsFileOptions,
  { segment, size }: { segment: Segment | undefined; size: number },
): Promise<RecordsFile> {
  if (segment === undefined) return new OpenRecords(options);
  const { birthtimeMs } = await fs.stat(segment.path);
  const file = await options.disk.open(segment.path, 'kept');
  return new OpenRecords(options, { path: segment.path, file, openedAt: birthtimeMs, end: size });
}

class OpenRecords implements RecordsFile {
  readonly #options: RecordsFileOptions;
  #current: Current | undefined;
  /** Acknowledged, not written. */
  readonly #spool = createSpool();
  /** Bytes that are being written. */
  #underWay = 0;
  /** Numbers of the heads whose records are not synced. */
  #unsynced: number[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #cancelWrite: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(options: RecordsFileOptions, current?: Current) {
    this.#options = options;
    this.#current = current;
  }

  async prepare(bytes: number, first: number): Promise<void> {
    this.#throwFailure();
    const { folder, log, disk, now } = this.#options;
    const current = this.#current;
    if (current !== undefined && !this.#isPast(current, bytes)) return;
    // Only of the newest file is anything ever put back.
    await this.sync();
    const path = join(folder, segmentName(log, first));
    this.#current = { path, file: await disk.open(path, 'kept'), end: 0, openedAt: now() };
    await current?.file.close();
    await disk.syncFolder(folder);
  }

  #isPast({ end, openedAt }: Current, bytes: number): boolean {
    const { rotateBytes, rotateAfterMs, now } = this.#options;
    const size = end + this.#underWay + this.#spool.length;
    return size > 0 && (size + bytes > rotateBytes || now() - openedAt >= rotateAfterMs);
  }

  add(bytes: Uint8Array, number: number): void {
    this.#spool.add(bytes);
    this.#unsynced.push(number);
    if (this.#unsynced.length >= syncBatches || this.#spool.length >= syncBytes)
      this.#syncOnce().catch(() => undefined);
    else this.#cancelWrite ??= systemClock.after(writeMs, () => void this.#writeOnce().catch(() => undefined));
  }

  async write(bytes: Buffer): Promise<void> {
    await this.flush();
    const current = this.#current;
    await current?.file.write(bytes, current.end);
  }

  acknowledge(bytes: number): void {
    if (this.#current !== undefined) this.#current.end += bytes;
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

  async flush(): Promise<void> {
    await this.#writing;
    await this.#writeOnce();
  }

  #syncOnce(): Promise<void> {
    this.#syncing ??= this.#syncNow().finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  async #syncNow(): Promise<void> {
    const batches = this.#unsynced.length;
    await this.flush();
    await this.#tried(this.#current?.file.sync());
    this.#unsynced.splice(0, batches);
  }

  #writeOnce(): Promise<void> {
    this.#writing ??= this.#writeNow().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    this.#throwFailure();
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    const current = this.#current;
    if (current === undefined || this.#spool.length === 0) return;
    const bytes = this.#spool.take();
    this.#underWay = bytes.length;
    await this.#tried(current.file.write(bytes, current.end));
    current.end += bytes.length;
    this.#underWay = 0;
  }

  /** Once a write or sync has failed, what the file has says nothing of what the disk has. */
  async #tried(step: Promise<void> | undefined): Promise<void> {
    try {
      await step;
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async restore({ segment, start, expected }: Pick<Standing, 'segment' | 'start' | 'expected'>): Promise<void> {
    await this.#quiet();
    this.#failure = undefined;
    this.#underWay = 0;
    this.#spool.clear();
    const current = await this.#reopened();
    // One before it was synced when this one was begun.
    if (current === undefined || current.path !== segment?.path) return;
    await current.file.write(expected, start);
    current.end = start + expected.length;
    await this.sync();
  }

  async #quiet(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    await this.#syncing?.catch(() => undefined);
    await this.#writing?.catch(() => undefined);
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
    const { file, end } = this.#current;
    await file.truncate(end);
    await file.sync();
    await this.#options.disk.syncFolder(this.#options.folder);
  }

  async close(): Promise<void> {
    await this.#quiet();
    await this.#current?.file.close();
    this.#current = undefined;
  }
}
