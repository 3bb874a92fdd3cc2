import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../files/kept-file.js';
import type { Disk, DiskFile } from './disk.js';
import { headText, parseHead } from './head.js';
import type { SignedHead } from './head.js';

/**
 * The newest head of a log, in a file of two slots that are written in turn, each in a disk sector of its own: whatever
 * happens while one is written, the other stands. Written in place, so that a head costs one write of data and no
 * journal entry of the file system.
 */
export interface HeadFile {
  write(head: SignedHead): Promise<void>;
  close(): Promise<void>;
}

/** Sectors have 4 KiB at most. */
export const slotBytes = 4096;

/** What is in a head file. */
export interface HeadSlots {
  readonly newest: SignedHead | undefined;
  /** Slots, from 1, that have not the head that belongs there. */
  readonly damaged: readonly number[];
}

export async function openHeadFile(path: string, disk: Disk): Promise<HeadFile> {
  const file: DiskFile = await disk.open(path);
  return {
    write: (head) => file.write(slotOf(head), slotNumber(head) * slotBytes),
    close: () => file.close(),
  };
}

/** A head file with its first two heads, whole or not there. */
export async function makeHeadFile(path: string, heads: readonly SignedHead[], disk: Disk): Promise<void> {
  const draft = await disk.open(`${path}.new`);
  try {
    for (const head of heads) await draft.write(slotOf(head), slotNumber(head) * slotBytes);
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

export function readSlots(content: Uint8Array): HeadSlots {
  const slots = [0, 1].map((slot) => ({ slot, head: headIn(content, slot) }));
  const heads = slots.flatMap(({ head }) => (head === undefined ? [] : [head]));
  const damaged = slots.filter(({ head }) => head === undefined).map(({ slot }) => slot + 1);
  const newest = newestHead(heads);
  // They are written in turn: one that is not the newest's predecessor took the place of a newer one.
  if (heads.length === 2 && heads.every(({ number }) => number !== (newest?.number ?? 0) - 1)) damaged.push(1, 2);
  if (content.length > 2 * slotBytes) damaged.push(3);
  return { newest, damaged };
}

function newestHead(heads: readonly SignedHead[]): SignedHead | undefined {
  return heads.toSorted((left, right) => right.number - left.number)[0];
}

function headIn(content: Uint8Array, slot: number): SignedHead | undefined {
  const bytes = Buffer.from(content.subarray(slot * slotBytes, (slot + 1) * slotBytes));
  const head = parseHead(bytes.toString('latin1').trimEnd());
  return head !== undefined && slotNumber(head) === slot && slotOf(head).equals(bytes) ? head : undefined;
}

function slotNumber({ number }: SignedHead): number {
  return number % 2;
}

function slotOf(head: SignedHead): Buffer {
  return Buffer.from(`${headText(head).padEnd(slotBytes - 1)}\n`, 'latin1');
}
