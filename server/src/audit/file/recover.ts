import { createReadStream, createWriteStream, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigServerError } from '../../core/errors.js';
import type { Acknowledged } from './carried.js';
import type { Disk, DiskFile } from './disk.js';
import type { Head } from './head.js';
import type { Segment } from './segments.js';
import { isLoss, rangeOf, standingOf } from './standing.js';
import type { Standing } from './standing.js';

/** Where a log goes on after a start. */
export interface Recovered {
  /** The file with the newest acknowledged record, and how far it is acknowledged; undefined: there is none yet. */
  readonly segment: Segment | undefined;
  readonly size: number;
  /** What was behind it, not acknowledged; it is in a file of its own now. */
  readonly setAside: SetAside | undefined;
  readonly putBack: PutBack | undefined;
}

/** Numbers of the records that a loss of power had taken, and that the heads had. */
export interface PutBack {
  readonly first: number;
  readonly last: number;
}

export interface SetAside {
  readonly file: string;
  readonly bytes: number;
}

export interface RecoverOptions {
  readonly folder: string;
  readonly acknowledged: Acknowledged;
  readonly disk: Disk;
  readonly now: () => number;
}

/**
 * Finds the end of what was acknowledged, puts back what a loss of power took of it, and sets aside what a crash left behind it.
 * That is not taken into the chain: whoever can write to the folder could have written it, and the next head would vouch for it.
 * @throws ConfigServerError CONFIG_AUDIT_BROKEN where acknowledged records are not there
 */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { folder, acknowledged, disk } = options;
  const standing = await standingOf(folder, acknowledged);
  if (standing === undefined) throw broken(acknowledged.head);
  const { segment, start, expected, actual } = standing;
  const isWhole = actual.equals(expected);
  // What no loss of power explains is kept as it was found.
  const kept = isWhole || isLoss(standing) ? start + expected.length : start;
  const setAside = await setTailAside({ ...options, ...standing, size: kept });
  const size = start + expected.length;
  if (segment === undefined) return { segment, size, setAside, putBack: undefined };
  // Synced in any case: whoever wrote it may have been killed before.
  await changeFile(segment.path, disk, async (file) => {
    if (!isWhole) await file.write(expected, start);
  });
  return { segment, size, setAside, putBack: isWhole ? undefined : rangeOf(standing) };
}

interface Tail extends Standing {
  readonly folder: string;
  readonly size: number;
  readonly disk: Disk;
  readonly now: () => number;
}

async function setTailAside(tail: Tail): Promise<SetAside | undefined> {
  const { folder, head, segments, segment, size, disk, now } = tail;
  const later = segments.filter(({ first }) => first > head.count);
  const parts = [...(segment === undefined ? [] : [{ ...segment, start: size }]), ...later.map(whole)];
  const file = `${head.log}-unacknowledged-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}.jsonl`;
  const bytes = await copyParts(parts, join(folder, file));
  if (bytes > 0) await disk.syncFolder(folder);
  if (segment !== undefined && bytes > 0) await changeFile(segment.path, disk, (file) => file.truncate(size));
  for (const { path } of later) await disk.remove(path);
  return bytes === 0 ? undefined : { file, bytes };
}

interface Part extends Segment {
  readonly start: number;
}

function whole(segment: Segment): Part {
  return { ...segment, start: 0 };
}

async function copyParts(parts: readonly Part[], target: string): Promise<number> {
  let bytes = 0;
  for (const { path, start } of parts) {
    const { size } = await fs.stat(path);
    if (size <= start) continue;
    const to = createWriteStream(target, { flags: 'a', mode: 0o600, flush: true });
    await pipeline(createReadStream(path, { start }), to);
    bytes += size - start;
  }
  return bytes;
}

async function changeFile(path: string, disk: Disk, act: (file: DiskFile) => Promise<void>): Promise<void> {
  const file = await disk.open(path, 'kept');
  try {
    await act(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

export function broken({ log, count }: Pick<Head, 'log' | 'count'>): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_AUDIT_BROKEN',
    `The audit log ${log} does not have its newest acknowledged record, number ${count}. \`cairn audit verify\` tells what is missing; docs/audit.md says how to go on.`,
  );
}
