import { setImmediate } from 'node:timers/promises';
import type { AssembledFile } from '../core/assembly.js';
import type { DocumentLimits } from '../core/documents/limits.js';
import { parseFile } from '../core/documents/parse-file.js';
import type { ParseFile } from '../core/documents/parse-file.js';
import { invalidFile } from '../core/documents/source.js';
import { ConfigServerError, isConfigServerError } from '../core/errors.js';
import type { Kept } from './snapshot-caches.js';
import type { SnapshotFile, SnapshotStore } from './snapshot-store.js';

export interface ParsedFilesOptions {
  readonly store: Pick<SnapshotStore, 'read'>;
  readonly cache: Kept<Parsed>;
  /** Files past `bytes` are refused unread where the store knows their size. */
  readonly limits: DocumentLimits;
  /** Default `parseFile`. Its errors are remembered like what it parses. */
  readonly parse?: ParseFile;
}

export interface WantedFile {
  /** As errors may show it. */
  readonly publicPath: string;
  readonly file: SnapshotFile;
}

/** Parsed files by the identity of their bytes, in a bounded cache: a file is parsed once, however many commits have it. */
export interface ParsedFiles {
  /**
   * In the order of `wanted`.
   * @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_SOURCE_UNAVAILABLE
   */
  load(wanted: readonly WantedFile[], signal: AbortSignal): Promise<readonly AssembledFile[]>;
}

export type Parsed = { readonly file: AssembledFile } | { readonly error: ConfigServerError };

const batchSize = 16;

export function createParsedFiles(options: ParsedFilesOptions): ParsedFiles {
  const { cache } = options;

  const parse = async (wanted: WantedFile, bytes: Uint8Array): Promise<Parsed> => {
    try {
      const parsing = (options.parse ?? parseFile)(wanted.publicPath, bytes, options.limits);
      const { documents, documentCount, bytes: held } = await parsing;
      return remember(wanted, { file: { documents, documentCount, bytes: bytes.byteLength } }, held);
    } catch (error) {
      if (isConfigServerError(error, 'CONFIG_FILE_INVALID')) return remember(wanted, { error }, 2000);
      throw error;
    }
  };
  const remember = (wanted: WantedFile, parsed: Parsed, bytes: number): Parsed => {
    cache.set(cacheKey(wanted, 'error' in parsed), parsed, bytes);
    return parsed;
  };
  const find = (wanted: WantedFile): Parsed | undefined =>
    cache.get(cacheKey(wanted, false)) ?? cache.get(cacheKey(wanted, true)) ?? tooLarge(wanted, options.limits.bytes);

  const readBatch = async (batch: readonly WantedFile[], signal: AbortSignal): Promise<readonly Parsed[]> => {
    const contents = await options.store.read(
      batch.map(({ file }) => file),
      signal,
    );
    return Promise.all(batch.map((wanted, index) => parse(wanted, contents[index] ?? new Uint8Array())));
  };

  return {
    async load(wanted, signal) {
      const found = new Map(wanted.map((one) => [one, find(one)]));
      const missing = wanted.filter((one) => found.get(one) === undefined);
      for (let start = 0; start < missing.length; start += batchSize) {
        // Large environments leave the event loop to others between batches.
        if (start > 0) await setImmediate();
        signal.throwIfAborted();
        const batch = missing.slice(start, start + batchSize);
        const parsed = await readBatch(batch, signal);
        for (const [index, one] of batch.entries()) found.set(one, parsed[index]);
      }
      return wanted.map((one) => contentOf(found.get(one)));
    },
  };
}

/** A failure names its file, so it is kept for that path; what was parsed is the same under every path of its kind. */
function cacheKey({ publicPath, file }: WantedFile, isError: boolean): string {
  return isError ? `!${file.id} ${publicPath}` : `${file.id} ${publicPath.slice(publicPath.lastIndexOf('.'))}`;
}

function tooLarge({ publicPath, file }: WantedFile, most: number): Parsed | undefined {
  if (file.size === undefined || file.size <= most) return undefined;
  return { error: invalidFile(publicPath, `the file has ${file.size} bytes; at most ${most} would be taken`) };
}

function contentOf(parsed: Parsed | undefined): AssembledFile {
  if (parsed === undefined) throw new ConfigServerError('CONFIG_INTERNAL', 'A file was not read.');
  if ('error' in parsed) throw parsed.error;
  return parsed.file;
}
