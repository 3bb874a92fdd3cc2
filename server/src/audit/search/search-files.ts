import { promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { AuditPage, AuditQuery } from '../../core/audit.js';
import { ConfigServerError } from '../../core/errors.js';
import { codeOf } from '../../files/kept-file.js';
import { listSegments } from '../file/segments.js';
import type { Segment } from '../file/segments.js';
import { readSeal } from '../seal.js';
import { matchesQuery } from './matches.js';
import { readBackwards } from './read-backwards.js';

export interface SearchOptions {
  readonly folder: string;
  /** Number of the newest acknowledged record: what is behind it may never have been. */
  readonly count: number;
  /** What one page may read, in bytes. Default 16 MiB. */
  readonly mostBytes?: number;
}

/** Where a page begins: before that offset of the file with that first record. */
interface Place {
  readonly first: number;
  readonly offset: number;
}

const usualBytes = 16 * 1024 * 1024;

/** Reads the files of a log from their end, and no more of them than a page may. */
export async function searchFiles(query: AuditQuery, options: SearchOptions, signal: AbortSignal): Promise<AuditPage> {
  const place = query.cursor === null ? undefined : placeOf(query.cursor);
  const segments = (await listSegments(options.folder, query.log)).filter(
    ({ first }) => place === undefined || first <= place.first,
  );
  const page = new Page(query, options);
  for (const segment of segments.toReversed()) {
    signal.throwIfAborted();
    const isRead = await withFile(segment, (file, info) => {
      // Files are in order of time; one that was last written before the time asked for has nothing.
      if (query.since !== null && info.mtimeMs < query.since) return false;
      const end = segment.first === place?.first ? Math.min(place.offset, info.size) : info.size;
      return page.read(segment, file, { end, signal });
    });
    if (!isRead) break;
  }
  return page.result();
}

/** One that was removed meanwhile is past its time, and so is all before it. */
async function withFile(
  { path }: Segment,
  act: (file: FileHandle, info: { readonly size: number; readonly mtimeMs: number }) => Promise<boolean> | boolean,
): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await fs.open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    return await act(file, await file.stat());
  } finally {
    await file.close();
  }
}

class Page {
  readonly #query: AuditQuery;
  readonly #options: SearchOptions;
  readonly #lines: string[] = [];
  #left: number;
  #next: string | null = null;

  constructor(query: AuditQuery, options: SearchOptions) {
    this.#query = query;
    this.#options = options;
    this.#left = options.mostBytes ?? usualBytes;
  }

  /** False: the page is full. */
  async read(
    { first }: Segment,
    file: FileHandle,
    { end, signal }: { readonly end: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    for await (const lines of readBackwards(file, end)) {
      signal.throwIfAborted();
      for (const { text, start } of lines) {
        this.#left -= text.length;
        if (this.#isWanted(text)) this.#lines.push(text);
        if (this.#lines.length < this.#query.limit && this.#left > 0) continue;
        this.#next = `${first}.${start}`;
        return false;
      }
    }
    return true;
  }

  #isWanted(text: string): boolean {
    const found = readSeal(text);
    if (found === undefined || found.seq > this.#options.count) return false;
    return matchesQuery(JSON.parse(text) as Readonly<Record<string, unknown>>, this.#query);
  }

  result(): AuditPage {
    return { lines: this.#lines, next: this.#next };
  }
}

function placeOf(cursor: string): Place {
  const [, first, offset] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? [];
  if (first !== undefined && offset !== undefined) return { first: Number(first), offset: Number(offset) };
  throw new ConfigServerError(
    'CONFIG_NAME_INVALID',
    'The query parameter cursor takes what a page before had as `next`.',
  );
}
