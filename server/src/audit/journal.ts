/**
 * Records on their way to where they are kept: they wait in a bounded queue, leave in batches, and what is lost is counted and
 * told in a record of its own.
 */
import { ConfigServerError } from '../core/errors.js';
import { createBatch, type Batch } from './batch.js';
import { isoTime, type Clock } from './clock.js';

/** What was not kept. */
export interface Gap {
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Records that were lost. */
  readonly dropped: number;
  /** Requests that were refused because their records could not be kept. */
  readonly refused: number;
}

export interface JournalOptions<T> {
  /** `block`: who gives a record waits, and is refused where it cannot be kept. `drop`: nobody waits, losses are counted. */
  readonly mode: 'block' | 'drop';
  readonly limits: JournalLimits;
  /** Keeps a batch; one at a time. */
  readonly write: (entries: readonly T[]) => Promise<void>;
  readonly bytesOf: (entry: T) => number;
  /** The record that tells of a gap. */
  readonly gapEntry: (gap: Gap) => T;
  readonly onFailed: (error: unknown) => void;
  readonly onRecovered: (gap: Gap) => void;
  readonly clock: Clock;
}

export interface JournalLimits {
  /** Records, and bytes, that may wait. */
  readonly records: number;
  readonly bytes: number;
  /** How long a record waits for others to share a write with, where nobody waits for it. */
  readonly gatherMs: number;
  /** Longest write, where somebody waits; and how long closing waits. */
  readonly writeMs: number;
  /** Before a failed write is tried again; doubled with each attempt, up to 16 times as long. */
  readonly retryMs: number;
}

export interface Journal<T> {
  /** False from a failure until a write has succeeded again. */
  readonly isWell: boolean;
  /** Whether at least a fifth of the queue is free. */
  readonly isRoomy: boolean;
  /** Records lost since the start. */
  readonly dropped: number;
  /** Undefined: there is nothing to wait for. @throws ConfigServerError CONFIG_AUDIT_UNAVAILABLE, as a rejection */
  push(entry: T): Promise<void> | undefined;
  /** Ends once everything that waits was written, or cannot be. Idempotent. */
  close(): Promise<void>;
}

/** The event loop goes on between batches. */
const batchRecords = 1024;
const batchBytes = 1024 * 1024;
/** Longest a record that is waited for is held back, so that others share its write. */
const crowdMs = 1;
/** What part of those who are expected is enough for a write: the rest is read, and what was kept answered, while the disk works. */
const crowdShare = 0.7;

interface Failing {
  readonly from: string;
  dropped: number;
  refused: number;
  attempts: number;
}

class Queue<T> implements Journal<T> {
  readonly #options: JournalOptions<T>;
  readonly #waiting: Batch<T>[] = [];
  #records = 0;
  #bytes = 0;
  #failing: Failing | undefined;
  #lost = 0;
  #running: Promise<void> | undefined;
  /** Prevents the next run that is due. */
  #cancelDue: (() => void) | undefined;
  #inFlight: Batch<T> | undefined;
  /** How many waited when the last batch was written, those of the batch among them: about as many are to come again. */
  #crowd = 1;
  /** What is due is due soon: nobody else is waited for. */
  #isDueSoon = false;
  #closing: Promise<void> | undefined;

  constructor(options: JournalOptions<T>) {
    this.#options = options;
  }

  get isWell(): boolean {
    return this.#failing === undefined;
  }

  get isRoomy(): boolean {
    const { records, bytes } = this.#options.limits;
    return this.#records < records * 0.8 && this.#bytes < bytes * 0.8;
  }

  get dropped(): number {
    return this.#lost;
  }

  push(entry: T): Promise<void> | undefined {
    const { mode, limits, bytesOf } = this.#options;
    const bytes = bytesOf(entry);
    const isFull = this.#records >= limits.records || this.#bytes + bytes > limits.bytes;
    const isBlocked = this.#closing !== undefined || (mode === 'block' && this.#failing !== undefined);
    if (isFull || isBlocked) return this.#refuse();
    const batch = this.#openBatch();
    batch.add(entry, bytes);
    this.#records += 1;
    this.#bytes += bytes;
    this.#wake();
    return batch.done;
  }

  #refuse(): Promise<void> | undefined {
    if (this.#options.mode === 'block') {
      if (this.#failing !== undefined) this.#failing.refused += 1;
      return Promise.reject(refused());
    }
    this.#lost += 1;
    this.#failingNow(new Error('more records than can be written')).dropped += 1;
    return undefined;
  }

  /** What is being written takes no more. */
  #openBatch(): Batch<T> {
    const last = this.#waiting.at(-1);
    const isOpen = last !== this.#inFlight && last !== undefined;
    if (isOpen && last.entries.length < batchRecords && last.bytes < batchBytes) return last;
    const batch = createBatch<T>(this.#options.mode === 'block');
    this.#waiting.push(batch);
    return batch;
  }

  #failingNow(error: unknown): Failing {
    if (this.#failing === undefined) {
      this.#failing = { from: isoTime(this.#options.clock.now()), dropped: 0, refused: 0, attempts: 0 };
      this.#options.onFailed(error);
    }
    return this.#failing;
  }

  #wake(): void {
    if (this.#running !== undefined || this.#isDueSoon) return;
    const { mode, clock, limits } = this.#options;
    if (this.#isCrowd()) this.#runSoon();
    else this.#cancelDue ??= clock.after(mode === 'drop' ? limits.gatherMs : crowdMs, () => void this.#run());
  }

  /** The other requests of this turn of the event loop share the write. */
  #runSoon(): void {
    this.#cancelDue?.();
    this.#isDueSoon = true;
    const due = setImmediate(() => void this.#run());
    this.#cancelDue = () => {
      clearImmediate(due);
    };
  }

  #run(): Promise<void> {
    this.#cancelDue?.();
    this.#cancelDue = undefined;
    this.#isDueSoon = false;
    this.#running ??= this.#writeAll().finally(() => {
      this.#running = undefined;
      if (this.#closing === undefined) this.#retryLater();
    });
    return this.#running;
  }

  /** Ends when nothing waits, others are to be waited for, or a write has failed. */
  async #writeAll(): Promise<void> {
    let due = this.#waiting.length;
    let isGoingOn = true;
    while (isGoingOn) {
      const batch = this.#waiting[0];
      due -= 1;
      if (batch !== undefined) isGoingOn = (await this.#writeBatch(batch)) && !this.#isToGather(due);
      else if (this.#failing !== undefined) isGoingOn = await this.#tellGap(this.#failing);
      else isGoingOn = false;
    }
  }

  /** Whether a write now is for so many that it need not wait for others. */
  #isCrowd(): boolean {
    if (this.#options.mode === 'block') return this.#records >= this.#crowd * crowdShare;
    return this.#records >= batchRecords || !this.isRoomy;
  }

  /**
   * A write for all costs little more than a write for some: those who were just answered are about to ask again, and where
   * nobody waits, what came while `due` batches were written has its own time to gather.
   */
  #isToGather(due: number): boolean {
    if (this.#closing !== undefined || this.#failing !== undefined || this.#waiting.length === 0) return false;
    return (this.#options.mode === 'block' || due <= 0) && !this.#isCrowd();
  }

  #retryLater(): void {
    if (this.#failing === undefined) {
      if (this.#waiting.length > 0) this.#wake();
      return;
    }
    const { clock, limits } = this.#options;
    const wait = limits.retryMs * 2 ** Math.min(this.#failing.attempts, 4);
    this.#cancelDue = clock.after(wait, () => void this.#run());
  }

  async #writeBatch(batch: Batch<T>): Promise<boolean> {
    this.#inFlight = batch;
    const isWritten = await this.#write(batch.entries);
    this.#inFlight = undefined;
    if (!isWritten || this.#waiting[0] !== batch) return isWritten;
    this.#crowd = Math.min(this.#records, batchRecords);
    this.#forget(batch);
    batch.settle();
    return true;
  }

  #forget(batch: Batch<T>): void {
    this.#waiting.shift();
    this.#records -= batch.entries.length;
    this.#bytes -= batch.bytes;
  }

  async #tellGap({ from, dropped, refused: turnedAway }: Failing): Promise<boolean> {
    const gap: Gap = { from, to: isoTime(this.#options.clock.now()), dropped, refused: turnedAway };
    if (!(await this.#write([this.#options.gapEntry(gap)]))) return false;
    // What was lost while that was written is another gap.
    const more = (this.#failing?.dropped ?? 0) - dropped;
    this.#failing = undefined;
    this.#options.onRecovered(gap);
    if (more > 0) this.#failingNow(new Error('more records than can be written')).dropped = more;
    return true;
  }

  async #write(entries: readonly T[]): Promise<boolean> {
    const { write, clock, limits, mode } = this.#options;
    const late = (): void => {
      if (mode === 'block') this.#fail(new Error(`not written within ${limits.writeMs} ms`));
    };
    const cancel = clock.after(limits.writeMs, late);
    try {
      await write(entries);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    } finally {
      cancel();
    }
  }

  /** Where somebody waits nothing is kept for later: they are refused, so their records would tell what never was. */
  #fail(error: unknown): void {
    const failing = this.#failingNow(error);
    failing.attempts += 1;
    if (this.#options.mode === 'drop') return;
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      this.#forget(batch);
      failing.refused += batch.entries.length;
      batch.settle(refused());
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    const { clock, limits } = this.#options;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(limits.writeMs, resolve);
    });
    // What is under way has its end; then all that came after it.
    await Promise.race([late, (this.#running ?? Promise.resolve()).then(() => this.#run())]);
    cancel();
    this.#cancelDue?.();
  }
}

export function createJournal<T>(options: JournalOptions<T>): Journal<T> {
  return new Queue(options);
}

function refused(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_AUDIT_UNAVAILABLE',
    'The record of this request cannot be kept, and nothing is served unaudited.',
  );
}
