import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../files/kept-file.js';
import type { Disk } from './disk.js';
import { headText, parseHead } from './head.js';
import type { SignedHead } from './head.js';

/**
 * The newest heads of a log, in a file of slots that are written in turn, each with the lines that its head covers and the one
 * before does not. So one trip to the disk makes a batch and its head durable; the log itself is synced now and then,
 * before the slots that have its lines are written anew. Written in place: no journal entry of the file system.
 */
export interface HeadFile {
  /**
   * `slot`: room for the head, `headBytes`, and the lines that it brings, `mostCarried` bytes at most; where there are none, the
   * log has them durably. The room is filled here, so that nothing is copied.
   */
  write(head: SignedHead, slot: Buffer): Promise<void>;
  close(): Promise<void>;
}

export const slots = 16;
export const slotBytes: number = 128 * 1024;
/** The head's own part of a slot: a sector has 4 KiB at most, and is written whole or not. */
export const headBytes = 4096;
export const mostCarried: number = slotBytes - headBytes;

/** A head with the lines that it brought. */
export interface Slot {
  readonly head: SignedHead;
  readonly lines: string;
}

/** What is in a head file. */
export interface HeadSlots {
  readonly newest: SignedHead | undefined;
  /** The newest slots without a gap between them, the newest first. */
  readonly run: readonly Slot[];
  /** Slots, from 1, that have not the head that belongs there. */
  readonly damaged: readonly number[];
}

export async function openHeadFile(path: string, disk: Disk): Promise<HeadFile> {
  const file = await disk.open(path, 'through');
  return {
    write(head, slot) {
      fillHeadPart(slot, head);
      return file.write(slot, slotNumber(head) * slotBytes);
    },
    close: () => file.close(),
  };
}

/** A head file with a head in each slot, whole or not there. */
export async function makeHeadFile(path: string, heads: readonly SignedHead[], disk: Disk): Promise<void> {
  const draft = await disk.open(`${path}.new`, 'kept');
  try {
    // Written to its end, so that later writes change the size of nothing.
    await draft.write(new Uint8Array(slots * slotBytes), 0);
    for (const head of heads) await draft.write(headPart(head, 0), slotNumber(head) * slotBytes);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await fs.rename(`${path}.new`, path);
  await disk.syncFolder(dirname(path));
}

/** Undefined: there is no such file. */
export async function readHeadFile(path: string): Promise<HeadSlots | undefined> {
  try {
    return readSlots(await fs.readFile(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function readSlots(content: Buffer): HeadSlots {
  const found = Array.from({ length: slots }, (_, number) => slotIn(content, number));
  const newest = found.flatMap((slot) => slot ?? []).reduce(newer, undefined);
  if (newest === undefined) return { newest: undefined, run: [], damaged: found.map((_, number) => number + 1) };
  // They are written in turn: another than the turn's took the place of what was there.
  const turns = Array.from({ length: slots }, (_, back) => newest.head.number - back);
  const inTurn = turns.map((number) => found.find((slot) => slot?.head.number === number));
  const damaged = turns.flatMap((number, back) => (inTurn[back] === undefined ? [slotNumber({ number }) + 1] : []));
  if (content.length > slots * slotBytes) damaged.push(slots + 1);
  const gap = inTurn.indexOf(undefined);
  const run = inTurn.slice(0, gap < 0 ? slots : gap).flatMap((slot) => slot ?? []);
  return { newest: newest.head, run, damaged: damaged.sort((left, right) => left - right) };
}

function newer(best: Slot | undefined, slot: Slot): Slot {
  return best === undefined || slot.head.number > best.head.number ? slot : best;
}

function slotIn(content: Buffer, number: number): Slot | undefined {
  const start = number * slotBytes;
  const bytes = content.subarray(start, start + headBytes);
  const [text = '', size = ''] = bytes.toString('latin1').trimEnd().split('\n');
  const head = parseHead(text);
  const carried = Number(size);
  const isOurs = head !== undefined && slotNumber(head) === number && carried <= mostCarried;
  if (!isOurs || !headPart(head, carried).equals(bytes)) return undefined;
  return { head, lines: content.toString('latin1', start + headBytes, start + headBytes + carried) };
}

/** From 0. */
export function slotNumber({ number }: Pick<SignedHead, 'number'>): number {
  return ((number % slots) + slots) % slots;
}

function fillHeadPart(slot: Buffer, head: SignedHead): void {
  headPart(head, slot.length - headBytes).copy(slot);
}

function headPart(head: SignedHead, carried: number): Buffer {
  return Buffer.from(`${`${headText(head)}\n${carried}`.padEnd(headBytes - 1)}\n`, 'latin1');
}
