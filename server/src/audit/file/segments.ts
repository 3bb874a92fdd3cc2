import { promises as fs } from 'node:fs';
import { join } from 'node:path';

/** A file of a log: `queries-000000000001.jsonl` begins with record 1. */
export interface Segment {
  readonly name: string;
  readonly path: string;
  /** Number of its first record. */
  readonly first: number;
}

export function segmentName(log: string, first: number): string {
  return `${log}-${String(first).padStart(12, '0')}.jsonl`;
}

/** The files of a log, oldest first. */
export async function listSegments(folder: string, log: string): Promise<readonly Segment[]> {
  const names = await fs.readdir(folder);
  return names
    .flatMap((name) => {
      const first = firstOf(name, log);
      return first === undefined ? [] : [{ name, path: join(folder, name), first }];
    })
    .sort((left, right) => left.first - right.first);
}

/** Undefined: not a file of this log. */
function firstOf(name: string, log: string): number | undefined {
  const digits = /-(\d{12,15})\.jsonl$/.exec(name)?.[1];
  if (digits === undefined || segmentName(log, Number(digits)) !== name) return undefined;
  return Number(digits);
}
