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

/** Files last written before `before`; the newest of all stays. Undefined: there are none. */
export async function expiredSegments(all: readonly Segment[], before: number): Promise<Expired | undefined> {
  const old: Segment[] = [];
  for (const segment of all.slice(0, -1)) {
    const { mtimeMs } = await fs.stat(segment.path);
    if (mtimeMs >= before) break;
    old.push(segment);
  }
  const last = old.at(-1);
  const first = all[old.length]?.first;
  if (last === undefined || first === undefined) return undefined;
  const start = await lastHash(last);
  return start === undefined ? undefined : { segments: old, first, start };
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
