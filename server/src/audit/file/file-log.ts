/** One log in files: each batch is durable, and so is the signed head that covers it, before it is acknowledged. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ConfigServerError } from '../../core/errors.js';
import { genesis, seal } from '../seal.js';
import type { Sealed, Tip } from '../seal.js';
import { acknowledgedAt, bare, contentOf } from './carried.js';
import type { Acknowledged } from './carried.js';
import type { Head, SignedHead, Signer } from './head.js';
import { isSignedBy } from './head.js';
import { headBytes, makeHeadFile, mostCarried, openHeadFile, readHeadFile, slotBytes, slots } from './head-file.js';
import type { HeadFile } from './head-file.js';
import { openRecordsFile } from './records-file.js';
import type { RecordsFile, RecordsFileOptions } from './records-file.js';
import { broken, recover } from './recover.js';
import type { PutBack, SetAside } from './recover.js';
import { expiredSegments } from './retention.js';
import { listSegments } from './segments.js';
import { standingOf } from './standing.js';
import type { Standing } from './standing.js';

export interface FileLogOptions extends RecordsFileOptions {
  readonly signer: Signer;
  /** Files whose newest record is older than this many milliseconds are removed; null: never. */
  readonly keepMs: number | null;
  /** Past this many bytes of all files together the oldest are removed; null: never. */
  readonly keepBytes: number | null;
  /** Whether this process still has the folder to itself. */
  readonly isHeld: () => Promise<boolean>;
}

export interface FileLog {
  readonly head: SignedHead;
  /** What a start found and did; undefined: nothing to tell. */
  readonly found: FoundAtStart | undefined;
  /**
   * Takes a batch: once it resolves the records cannot be lost or changed unseen.
   * One at a time. Where it rejects nothing was taken, and the next call tries to mend first.
   */
  append(members: readonly string[]): Promise<Sealed>;
  /** Removes files past their time; tells which records are gone. Undefined: none are. Not while a batch is taken. */
  expire(): Promise<{ readonly first: number; readonly last: number } | undefined>;
  /** Resolves once whoever reads the files finds everything that was acknowledged. Never rejects: where it fails they have what they have. */
  flush(): Promise<void>;
  /** When there is nothing to do, and before it is closed: the log alone has everything, durably. Never rejects: where it fails the heads have the rest. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface FoundAtStart {
  readonly setAside: SetAside | undefined;
  /** Records that a loss of power had taken, and that the heads had. */
  readonly putBack: PutBack | undefined;
  /** Slots of the head file that had no head of ours. */
  readonly damagedSlots: readonly number[];
}

/** @throws ConfigServerError CONFIG_AUDIT_BROKEN where acknowledged records, or their head, are not there */
export async function openFileLog(options: FileLogOptions): Promise<FileLog> {
  const { folder, disk, now } = options;
  const { acknowledged, damaged } = await headOf(options);
  const recovered = await recover({ folder, acknowledged, disk, now });
  const records = await openRecordsFile(options, recovered);
  const headFile = await openHeadFile(headPath(options), disk);
  const { setAside, putBack } = recovered;
  const isNews = setAside !== undefined || putBack !== undefined || damaged.length > 0;
  return new OpenLog(options, {
    ...{ head: acknowledged.head, headFile, records },
    found: isNews ? { setAside, putBack, damagedSlots: damaged } : undefined,
  });
}

function headPath({ folder, log }: FileLogOptions): string {
  return join(folder, `${log}.head`);
}

interface FoundHead {
  readonly acknowledged: Acknowledged;
  readonly damaged: readonly number[];
}

async function headOf(options: FileLogOptions): Promise<FoundHead> {
  const { folder, log, signer } = options;
  const found = await readHeadFile(headPath(options));
  if (found === undefined) return { acknowledged: bare(await makeLog(options)), damaged: [] };
  const { acknowledged, damaged, torn } = contentOf(found);
  if (acknowledged === undefined) throw headless(log, `${log}.head has no head`);
  const { head } = acknowledged;
  if (head.log !== log || head.key !== signer.key || !isSignedBy(head, signer.verifier))
    throw headless(log, `the head in ${log}.head was not signed for it with the key of ${folder}`);
  return { acknowledged, damaged: torn === undefined ? damaged : [...damaged, torn] };
}

async function makeLog(options: FileLogOptions): Promise<SignedHead> {
  const { folder, log, signer, disk, now } = options;
  if ((await listSegments(folder, log)).length > 0) throw headless(log, `${log}.head is missing`);
  const chain = randomBytes(16).toString('hex');
  const start = genesis(log, chain);
  const time = new Date(now()).toISOString();
  const heads = Array.from({ length: slots }, (_, number) =>
    signer.sign({ log, chain, number, first: 1, start, count: 0, hash: start, time }),
  );
  await makeHeadFile(headPath(options), heads, disk);
  const newest = heads.at(-1);
  if (newest === undefined) throw broken({ log, count: 0 });
  return newest;
}

interface Beginning {
  readonly head: SignedHead;
  readonly headFile: HeadFile;
  readonly records: RecordsFile;
  readonly found: FoundAtStart | undefined;
}

class OpenLog implements FileLog {
  readonly found: FoundAtStart | undefined;
  readonly #options: FileLogOptions;
  readonly #records: RecordsFile;
  #head: SignedHead;
  #headFile: HeadFile | undefined;
  /** One batch at a time, so there is one: memory outside the heap makes the collector run. */
  #buffer: Buffer = Buffer.allocUnsafeSlow(slotBytes);
  /** A batch failed: what is on disk is not what was acknowledged. */
  #isTorn = false;
  /** The newest head brought the lines that it covers: the log is not synced. */
  #isCarrying = true;
  #settling: Promise<void> | undefined;

  constructor(options: FileLogOptions, { head, headFile, records, found }: Beginning) {
    this.#options = options;
    this.#head = head;
    this.#headFile = headFile;
    this.#records = records;
    this.found = found;
  }

  get head(): SignedHead {
    return this.#head;
  }

  async append(members: readonly string[]): Promise<Sealed> {
    if (!(await this.#options.isHeld())) throw takenOver();
    if (this.#isTorn) await this.#mend();
    const tip: Tip = { seq: this.#head.count, hash: this.#head.hash };
    const sealed = seal(tip, members);
    const slot = this.#filledSlot(sealed.lines);
    const bytes = slot.subarray(headBytes);
    this.#isTorn = true;
    await this.#records.prepare(bytes.length, tip.seq + 1);
    const head = this.#nextHead({ count: sealed.tip.seq, hash: sealed.tip.hash });
    if (bytes.length > mostCarried) await this.#writeLarge(head, bytes);
    else await this.#writeCarrying(head, slot);
    this.#isTorn = false;
    return sealed;
  }

  /** Room for a head, and the lines behind it. */
  #filledSlot(lines: readonly string[]): Buffer {
    const size = headBytes + lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (this.#buffer.length < size) this.#buffer = Buffer.allocUnsafeSlow(size);
    fillLines(this.#buffer, lines);
    return this.#buffer.subarray(0, size);
  }

  #nextHead(moved: Partial<Head>): SignedHead {
    const { log, chain, number, first, start, count, hash } = this.#head;
    const time = new Date(this.#options.now()).toISOString();
    return this.#options.signer.sign({
      ...{ log, chain, number: number + 1, first, start, count, hash, time },
      ...moved,
    });
  }

  /**
   * One trip to the disk: the slot has the records until the log is synced. So the log must have what was in the slot that is
   * written anew, and in the one after it, which cannot be read without the head before.
   */
  async #writeCarrying(head: SignedHead, slot: Buffer): Promise<void> {
    await this.#records.syncedTo(head.number - slots + 1);
    await this.#headFile?.write(head, slot);
    this.#records.add(slot.subarray(headBytes), head.number);
    this.#head = head;
    this.#isCarrying = true;
  }

  /** Two, for what has no room in a slot. */
  async #writeLarge(head: SignedHead, bytes: Buffer): Promise<void> {
    await this.#records.write(bytes);
    await this.#writeBare(head);
    this.#records.acknowledge(bytes.length);
  }

  /** The head is durable after its records are, never the other way round. */
  async #writeBare(head: SignedHead): Promise<void> {
    await this.#records.sync();
    await this.#headFile?.write(head, this.#buffer.subarray(0, headBytes));
    this.#head = head;
    this.#isCarrying = false;
  }

  async flush(): Promise<void> {
    await this.#records.flush().catch(() => undefined);
  }

  /**
   * A failed write may have reached the disk all the same, head included. So first a head of the same number says again what
   * is acknowledged, then what lies behind is cut off: whenever this ends, head and records agree.
   */
  async #mend(): Promise<void> {
    await this.#reopenHeads();
    await this.#records.restore(await this.#standing());
    await this.#writeBare(this.#nextHead({}));
    await this.#records.cut();
    this.#isTorn = false;
  }

  /** What was acknowledged and is in the heads, if it is not in the log. */
  async #standing(): Promise<Standing> {
    const { folder } = this.#options;
    const found = await readHeadFile(headPath(this.#options));
    const acknowledged = found && acknowledgedAt(found, this.#head.number);
    const standing = acknowledged && (await standingOf(folder, acknowledged));
    if (standing === undefined) throw broken(this.#head);
    return standing;
  }

  /** After a failed sync the old handle says nothing of what is on disk. */
  async #reopenHeads(): Promise<void> {
    await this.#headFile?.close().catch(() => undefined);
    this.#headFile = undefined;
    this.#headFile = await openHeadFile(headPath(this.#options), this.#options.disk);
  }

  async expire(): Promise<{ readonly first: number; readonly last: number } | undefined> {
    const { folder, log, keepMs, keepBytes, now, disk, isHeld } = this.#options;
    if (this.#isTorn || !(await isHeld())) return undefined;
    const retention = { before: keepMs === null ? null : now() - keepMs, bytes: keepBytes };
    const expired = await expiredSegments(await listSegments(folder, log), retention);
    if (expired === undefined) return undefined;
    const { first } = this.#head;
    // A head that vouches for what stays comes first: files before it may go, or stay after a crash.
    await this.#writeBare(this.#nextHead({ first: expired.first, start: expired.start }));
    for (const { path } of expired.segments) await disk.remove(path);
    return { first, last: expired.first - 1 };
  }

  async close(): Promise<void> {
    await this.#headFile?.close();
    await this.#records.close();
    this.#headFile = undefined;
  }

  settle(): Promise<void> {
    this.#settling ??= this.#settle()
      .catch(() => undefined)
      .finally(() => {
        this.#settling = undefined;
      });
    return this.#settling;
  }

  async #settle(): Promise<void> {
    const isToDo = this.#headFile !== undefined && !this.#isTorn && this.#isCarrying;
    if (isToDo && (await this.#options.isHeld())) await this.#writeBare(this.#nextHead({}));
  }
}

/** Lines are ASCII. Written one by one, which costs less than to join them first. */
function fillLines(slot: Buffer, lines: readonly string[]): void {
  let at = headBytes;
  for (const line of lines) {
    at += slot.write(line, at, 'latin1');
    at = slot.writeUInt8(lineFeed, at);
  }
}

const lineFeed = 0x0a;

function takenOver(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_AUDIT_LOCKED',
    'The audit log was taken over by another process while this one stood still. Restart this one, with a data directory of its own.',
  );
}

function headless(log: string, problem: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_AUDIT_BROKEN',
    `The audit log ${log} cannot go on: ${problem}. docs/audit.md says how to go on.`,
  );
}
