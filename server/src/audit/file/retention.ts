import { promises as fs } from 'node:fs';
import { readSeal } from '../seal.js';
import { readLines } from './read-lines.js';
import type { Segment } from './segments.js';

/** Files past their time. */
export interface Expired {
  readonly segments: readonly Segment[];
  /** Where the log begins without them: its first record, and the hash before it. */
  readonly first: number;
  readonly start: string;
}

/** How long, and how much, is kept; null: without a bound. */
export interface Retention {
  /** Milliseconds since the epoch: files that were last written before. */
  readonly before: number | null;
  /** Bytes of all files together. */
  readonly bytes: number | null;
}

/** The oldest files past a bound; the newest of all stays. Undefined: there are none. */
export async function expiredSegments(all: readonly Segment[], retention: Retention): Promise<Expired | undefined> {
  const count = await expiredCount(all, retention);
  const segments = all.slice(0, count);
  const last = segments.at(-1);
  const first = all[count]?.first;
  if (last === undefined || first === undefined) return undefined;
  const start = await lastHash(last);
  return start === undefined ? undefined : { segments, first, start };
}

async function expiredCount(all: readonly Segment[], { before, bytes }: Retention): Promise<number> {
  const stats = await Promise.all(all.map(({ path }) => fs.stat(path)));
  let left = stats.reduce((sum, { size }) => sum + size, 0);
  const staying = stats.slice(0, -1).findIndex(({ size, mtimeMs }) => {
    const isExpired = (before !== null && mtimeMs < before) || (bytes !== null && left > bytes);
    left -= size;
    return !isExpired;
  });
  return staying < 0 ? Math.max(0, all.length - 1) : staying;
}

/** The hash of a file's last record. */
async function lastHash({ path }: Segment): Promise<string | undefined> {
  let found: string | undefined;
  for await (const lines of readLines(path)) {
    const last = lines.at(-1);
    found = last === undefined ? found : readSeal(last.text)?.hash;
  }
  return found;
}
