import { createReadStream, createWriteStream, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigServerError } from '../../core/errors.js';
import { readSeal } from '../seal.js';
import type { Disk } from './disk.js';
import type { Head } from './head.js';
import { readLines } from './read-lines.js';
import { listSegments } from './segments.js';
import type { Segment } from './segments.js';

/** Where a log goes on after a start. */
export interface Recovered {
  /** The file with the newest acknowledged record, and how far it is acknowledged; undefined: there is none yet. */
  readonly segment: Segment | undefined;
  readonly size: number;
  /** What was behind it, not acknowledged; it is in a file of its own now. */
  readonly setAside: SetAside | undefined;
}

export interface SetAside {
  readonly file: string;
  readonly bytes: number;
}

export interface RecoverOptions {
  readonly folder: string;
  readonly head: Head;
  readonly disk: Disk;
  readonly now: () => number;
}

/**
 * Finds the end of what was acknowledged, and sets aside what a crash left behind it. It is not taken into the chain:
 * whoever can write to the folder could have written it, and the next head would vouch for it.
 * @throws ConfigServerError CONFIG_AUDIT_BROKEN where acknowledged records are not there
 */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { folder, head } = options;
  const segments = (await listSegments(folder, head.log)).filter(({ first }) => first >= head.first);
  const segment = segments.findLast(({ first }) => first <= head.count);
  const size = segment === undefined ? 0 : await acknowledgedSize(segment, head);
  if (size === undefined || (segment === undefined && head.count >= head.first)) throw broken(head);
  const setAside = await setTailAside(segments, { ...options, segment, size });
  return { segment, size, setAside };
}

/** Undefined: the newest acknowledged record is not in it. */
async function acknowledgedSize({ path }: Segment, { count, hash }: Head): Promise<number | undefined> {
  for await (const lines of readLines(path)) {
    for (const { text, end, isComplete } of lines) {
      const found = isComplete ? readSeal(text) : undefined;
      if (found?.seq === count) return found.hash === hash ? end : undefined;
    }
  }
  return undefined;
}

interface Tail extends RecoverOptions {
  readonly segment: Segment | undefined;
  readonly size: number;
}

async function setTailAside(segments: readonly Segment[], tail: Tail): Promise<SetAside | undefined> {
  const { folder, head, segment, size, disk, now } = tail;
  const later = segments.filter(({ first }) => first > head.count);
  const parts = [...(segment === undefined ? [] : [{ ...segment, start: size }]), ...later.map(whole)];
  const file = `${head.log}-unacknowledged-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}.jsonl`;
  const bytes = await copyParts(parts, join(folder, file));
  if (bytes > 0) await disk.syncFolder(folder);
  if (segment !== undefined && bytes > 0) await cutSegment(segment.path, size, disk);
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

async function cutSegment(path: string, size: number, disk: Disk): Promise<void> {
  const file = await disk.open(path);
  try {
    await file.truncate(size);
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
