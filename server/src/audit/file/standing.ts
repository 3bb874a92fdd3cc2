import { promises as fs } from 'node:fs';
import { readSeal } from '../seal.js';
import type { Tip } from '../seal.js';
import type { Acknowledged } from './carried.js';
import { readLines } from './read-lines.js';
import { listSegments } from './segments.js';
import type { Segment } from './segments.js';

/** Where the newest acknowledged record of a log is, or belongs. `lines`: those of the newest file; a former one has its own, synced. */
export interface Standing extends Acknowledged {
  /** Files of the log, from the one with the oldest record that is kept. */
  readonly segments: readonly Segment[];
  /** The file with the newest acknowledged record; undefined: there is none yet. */
  readonly segment: Segment | undefined;
  /** Bytes of it that were synced. */
  readonly start: number;
  /** Bytes that belong behind them. */
  readonly expected: Buffer;
  /** Bytes that are there, as many at most. */
  readonly actual: Buffer;
}

/** Undefined: the log does not have what it had when it was synced. */
export async function standingOf(folder: string, acknowledged: Acknowledged): Promise<Standing | undefined> {
  const { head, synced, lines } = acknowledged;
  const segments = (await listSegments(folder, head.log)).filter(({ first }) => first >= head.first);
  const segment = segments.findLast(({ first }) => first <= head.count);
  if (segment === undefined)
    return head.count >= head.first
      ? undefined
      : { ...acknowledged, segments, segment, start: 0, expected: nothing, actual: nothing };
  // A file is synced before another is begun.
  const isInside = synced.seq >= segment.first;
  const start = isInside ? await endOf(segment, synced) : 0;
  if (start === undefined) return undefined;
  const own = isInside ? lines : lines.slice(segment.first - 1 - synced.seq);
  const expected = Buffer.from(own.map((line) => `${line}\n`).join(''), 'latin1');
  const actual = await readPart(segment.path, start, expected.length);
  return { head, synced, lines: own, segments, segment, start, expected, actual };
}

/** Numbers of the records that `lines` has. */
export function rangeOf({ head, lines }: Pick<Standing, 'head' | 'lines'>): { first: number; last: number } {
  return { first: head.count - lines.length + 1, last: head.count };
}

/** Whether a loss of power explains what is there: bytes are missing at the end, or zero. */
export function isLoss({ expected, actual }: Pick<Standing, 'expected' | 'actual'>): boolean {
  return actual.every((byte, index) => byte === 0 || byte === expected[index]);
}

const nothing: Buffer = Buffer.alloc(0);

/** Where a record ends; undefined: it is not in the file. */
async function endOf({ path }: Segment, { seq, hash }: Tip): Promise<number | undefined> {
  for await (const lines of readLines(path)) {
    for (const { text, end, isComplete } of lines) {
      const found = isComplete ? readSeal(text) : undefined;
      if (found?.seq === seq) return found.hash === hash ? end : undefined;
    }
  }
  return undefined;
}

async function readPart(path: string, start: number, length: number): Promise<Buffer> {
  const file = await fs.open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
