/** One log in files: each batch is durable, and so is the signed head that covers it, before it is acknowledged. */
import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { ConfigServerError } from '../../core/errors.js';
import { genesis, seal } from '../seal.js';
import type { Sealed, Tip } from '../seal.js';
import type { Disk, DiskFile } from './disk.js';
import type { Head, SignedHead, Signer } from './head.js';
import { isSignedBy } from './head.js';
import { makeHeadFile, openHeadFile, readHeadFile } from './head-file.js';
import type { HeadFile } from './head-file.js';
import { broken, recover } from './recover.js';
import type { Recovered, SetAside } from './recover.js';
import { expiredSegments } from './retention.js';
import { listSegments, segmentName } from './segments.js';

export interface FileLogOptions {
  readonly folder: string;
  /** `queries` or `changes`. */
  readonly log: string;
  readonly signer: Signer;
  readonly disk: Disk;
  /** Past this many bytes the next record begins a new file. */
  readonly rotateBytes: number;
  /** A file older than this many milliseconds is followed by a new one. */
  readonly rotateAfterMs: number;
  /** Files whose newest record is older than this many milliseconds are removed; null: never. */
  readonly keepMs: number | null;
  /** Past this many bytes of all files together the oldest are removed; null: never. */
  readonly keepBytes: number | null;
  readonly now: () => number;
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
  close(): Promise<void>;
}

export interface FoundAtStart {
  readonly setAside: SetAside | undefined;
  /** Slots of the head file that had no head of ours. */
  readonly damagedSlots: readonly number[];
}

/** @throws ConfigServerError CONFIG_AUDIT_BROKEN where acknowledged records, or their head, are not there */
export async function openFileLog(options: FileLogOptions): Promise<FileLog> {
  const { folder, log, disk, now } = options;
  const path = join(folder, `${log}.head`);
  const { head, damaged } = await headOf(path, options);
  const recovered = await recover({ folder, head, disk, now });
  const isNews = recovered.setAside !== undefined || damaged.length > 0;
  const found = isNews ? { setAside: recovered.setAside, damagedSlots: damaged } : undefined;
  const opened = new OpenLog(options, { head, path, found });
  await opened.open(recovered);
  return opened;
}

async function headOf(
  path: string,
  options: FileLogOptions,
): Promise<{ head: SignedHead; damaged: readonly number[] }> {
  const { folder, log, signer } = options;
  const slots = await readHeadFile(path);
  if (slots === undefined) return { head: await makeLog(path, options), damaged: [] };
  const head = slots.newest;
  if (head === undefined) throw headless(log, `${log}.head has no head`);
  if (head.log !== log || head.key !== signer.key || !isSignedBy(head, signer.verifier))
    throw headless(log, `the head in ${log}.head was not signed for it with the key of ${folder}`);
  return { head, damaged: slots.damaged };
}

async function makeLog(path: string, { folder, log, signer, disk, now }: FileLogOptions): Promise<SignedHead> {
  if ((await listSegments(folder, log)).length > 0) throw headless(log, `${log}.head is missing`);
  const chain = randomBytes(16).toString('hex');
  const start = genesis(log, chain);
  const time = new Date(now()).toISOString();
  const heads = [0, 1].map((number) =>
    signer.sign({ log, chain, number, first: 1, start, count: 0, hash: start, time }),
  );
  await makeHeadFile(path, heads, disk);
  const [, newest] = heads;
  if (newest === undefined) throw broken({ log, count: 0 });
  return newest;
}

interface Current {
  readonly path: string;
  readonly file: DiskFile;
  /** Acknowledged bytes. */
  size: number;
  readonly openedAt: number;
}

interface Beginning {
  readonly head: SignedHead;
  readonly path: string;
  readonly found: FoundAtStart | undefined;
}

class OpenLog implements FileLog {
  readonly found: FoundAtStart | undefined;
  readonly #options: FileLogOptions;
  readonly #headPath: string;
  #head: SignedHead;
  #headFile: HeadFile | undefined;
  #current: Current | undefined;
  /** A batch failed: what is on disk is not what was acknowledged. */
  #isTorn = false;

  constructor(options: FileLogOptions, { head, path, found }: Beginning) {
    this.#options = options;
    this.#head = head;
    this.#headPath = path;
    this.found = found;
  }

  get head(): SignedHead {
    return this.#head;
  }

  async open({ segment, size }: Recovered): Promise<void> {
    const { disk } = this.#options;
    this.#headFile = await openHeadFile(this.#headPath, disk);
    if (segment === undefined) return;
    const { birthtimeMs } = await fs.stat(segment.path);
    this.#current = { path: segment.path, file: await disk.open(segment.path), size, openedAt: birthtimeMs };
  }

  async append(members: readonly string[]): Promise<Sealed> {
    if (!(await this.#options.isHeld())) throw takenOver();
    if (this.#isTorn) await this.#mend();
    const tip: Tip = { seq: this.#head.count, hash: this.#head.hash };
    const sealed = seal(tip, members);
    const bytes = bytesOf(sealed.lines);
    this.#isTorn = true;
    const current = await this.#segmentFor(bytes.length);
    const written = current.file.write(bytes, current.size);
    // Signed while the disk is at work, written when the records are there.
    const head = this.#nextHead({ count: sealed.tip.seq, hash: sealed.tip.hash });
    await written;
    await this.#writeHead(head);
    current.size += bytes.length;
    this.#isTorn = false;
    return sealed;
  }

  async #segmentFor(bytes: number): Promise<Current> {
    const { folder, log, disk, rotateBytes, rotateAfterMs, now } = this.#options;
    const current = this.#current;
    const isFull = current !== undefined && current.size > 0 && current.size + bytes > rotateBytes;
    const isOld = current !== undefined && current.size > 0 && now() - current.openedAt >= rotateAfterMs;
    if (current !== undefined && !isFull && !isOld) return current;
    const path = join(folder, segmentName(log, this.#head.count + 1));
    const next = { path, file: await disk.open(path), size: 0, openedAt: now() };
    this.#current = next;
    await current?.file.close();
    await disk.syncFolder(folder);
    return next;
  }

  #nextHead(moved: Partial<Head>): SignedHead {
    const { log, chain, number, first, start, count, hash } = this.#head;
    const time = new Date(this.#options.now()).toISOString();
    return this.#options.signer.sign({
      ...{ log, chain, number: number + 1, first, start, count, hash, time },
      ...moved,
    });
  }

  /** The head is durable after its records are: never the other way round. */
  async #writeHead(head: SignedHead): Promise<void> {
    await this.#headFile?.write(head);
    this.#head = head;
  }

  /**
   * A failed write may have reached the disk all the same, head included. So first a head of the same number says again what
   * is acknowledged, then what lies behind is cut off: whenever this ends, head and records agree.
   */
  async #mend(): Promise<void> {
    const { disk } = this.#options;
    await this.#reopen();
    const { number } = this.#head;
    await this.#writeHead(this.#nextHead({ number: number + 1 }));
    const current = this.#current;
    if (current !== undefined) {
      await current.file.truncate(current.size);
      await current.file.sync();
      await disk.syncFolder(this.#options.folder);
    }
    this.#isTorn = false;
  }

  /** After a failed sync the old handles say nothing of what is on disk. */
  async #reopen(): Promise<void> {
    const { disk } = this.#options;
    await this.#headFile?.close().catch(() => undefined);
    this.#headFile = undefined;
    this.#headFile = await openHeadFile(this.#headPath, disk);
    if (this.#current === undefined) return;
    const { path, file } = this.#current;
    await file.close().catch(() => undefined);
    this.#current = { ...this.#current, file: await disk.open(path) };
  }

  async expire(): Promise<{ readonly first: number; readonly last: number } | undefined> {
    const { folder, log, keepMs, keepBytes, now, disk, isHeld } = this.#options;
    if (this.#isTorn || !(await isHeld())) return undefined;
    const retention = { before: keepMs === null ? null : now() - keepMs, bytes: keepBytes };
    const expired = await expiredSegments(await listSegments(folder, log), retention);
    if (expired === undefined) return undefined;
    const { first } = this.#head;
    // A head that vouches for what stays comes first: files before it may go, or stay after a crash.
    await this.#writeHead(this.#nextHead({ first: expired.first, start: expired.start }));
    for (const { path } of expired.segments) await disk.remove(path);
    return { first, last: expired.first - 1 };
  }

  async close(): Promise<void> {
    await this.#headFile?.close();
    await this.#current?.file.close();
    this.#headFile = undefined;
    this.#current = undefined;
  }
}

/** Lines are ASCII. Written one by one, which costs less than to join them first. */
function bytesOf(lines: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    at += bytes.write(line, at, 'latin1');
    at = bytes.writeUInt8(lineFeed, at);
  }
  return bytes;
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
