import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readlink, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { ConfigServerError } from '../../core/errors.js';
import { namesFile } from '../../core/search-paths.js';
import { directoriesOf } from '../directories.js';
import type { Snapshot, SnapshotFile } from '../snapshot-store.js';
import { scanFolders, signatureOf } from './scan-folder.js';
import type { Scan, ScannedFile } from './scan-folder.js';
import type { Root } from './search-locations.js';

/** A snapshot of folders, with what the next one can take over from it. */
export interface FolderSnapshot extends Snapshot {
  readonly files: ReadonlyMap<string, FolderFile>;
  readonly folders: readonly string[];
  readonly refused: readonly string[];
}

export interface FolderFile extends SnapshotFile {
  readonly path: string;
  readonly scanned: ScannedFile;
  /** Of configuration files; other files are read when they are asked for. */
  readonly content: Uint8Array | undefined;
  /** A write in the same tick of the clock as the read would not show in the signature, so it is read again. */
  readonly isSettled: boolean;
}

export interface ReadFolderOptions {
  readonly roots: readonly Root[];
  readonly version: string | null;
  readonly maxFiles: number;
  /** Larger configuration files are listed, not read. */
  readonly fileBytes: number;
  /** Configuration files together. */
  readonly totalBytes: number;
  /** How long a changed configuration file must have been left alone, in milliseconds: it may be half written. */
  readonly quietMs: number;
}

const mostAttempts = 8;

/**
 * Reads folders whole: it looks again after reading, and starts anew if something changed meanwhile, so that a snapshot
 * never mixes two states. Gives `previous` back where nothing changed; undefined where no folder is there.
 * @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE
 */
export async function readFolders(
  options: ReadFolderOptions,
  previous: FolderSnapshot | undefined,
  signal: AbortSignal,
): Promise<FolderSnapshot | undefined> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const scan = await scanFolders({ ...options, signal });
    if (scan === undefined) return undefined;
    if (previous !== undefined && isUnchanged(previous, scan)) return previous;
    if (previous !== undefined && attempt < mostAttempts && isBeingWritten(scan, previous, options.quietMs)) {
      await setTimeout(options.quietMs, undefined, { signal });
      continue;
    }
    const files = await readFiles(scan, previous, { options, signal });
    const again = files === undefined ? undefined : await scanFolders({ ...options, signal });
    if (files !== undefined && again !== undefined && isSameScan(scan, again))
      return toSnapshot(files, scan, options.version);
    await setTimeout(attempt * 10, undefined, { signal });
  }
  throw unavailable('The search locations change faster than they can be read.');
}

function isUnchanged(previous: FolderSnapshot, scan: Scan): boolean {
  if (previous.files.size !== scan.files.size || previous.folders.join('\n') !== scan.folders.join('\n')) return false;
  return [...scan.files].every(([path, { signature }]) => {
    const file = previous.files.get(path);
    return file?.isSettled === true && file.scanned.signature === signature;
  });
}

/** A program that writes a file in parts leaves it in a state that nobody meant. */
function isBeingWritten(scan: Scan, previous: FolderSnapshot, quietMs: number): boolean {
  return [...scan.files].some(
    ([path, { signature, modified }]) =>
      namesFile(path) && isRecent(modified, quietMs) && previous.files.get(path)?.scanned.signature !== signature,
  );
}

/** A time in the future is another machine's clock. */
function isRecent(modified: number, quietMs: number): boolean {
  const age = Date.now() - modified;
  return age >= 0 && age < quietMs;
}

function isSameScan(one: Scan, other: Scan): boolean {
  if (one.files.size !== other.files.size) return false;
  return [...one.files].every(([path, { signature }]) => other.files.get(path)?.signature === signature);
}

interface Reading {
  readonly options: ReadFolderOptions;
  readonly signal: AbortSignal;
}

/** Undefined: a file changed meanwhile. */
async function readFiles(
  { files }: Scan,
  previous: FolderSnapshot | undefined,
  { options, signal }: Reading,
): Promise<ReadonlyMap<string, FolderFile> | undefined> {
  const read = new Map<string, FolderFile>();
  let total = 0;
  for (const [path, scanned] of files) {
    signal.throwIfAborted();
    const known = previous?.files.get(path);
    const isKnown = known?.isSettled === true && known.scanned.signature === scanned.signature;
    const file = isKnown ? known : await readFile(path, scanned, options);
    if (file === undefined) return undefined;
    read.set(path, file);
    total += file.content?.byteLength ?? 0;
    if (total > options.totalBytes)
      throw unavailable(`The configuration files of the search locations have more than ${options.totalBytes} bytes.`);
  }
  return read;
}

async function readFile(
  path: string,
  scanned: ScannedFile,
  { fileBytes, quietMs }: ReadFolderOptions,
): Promise<FolderFile | undefined> {
  const { size, signature, modified } = scanned;
  if (!namesFile(path) || size > fileBytes)
    return { id: hash(`${path}\n${signature}`), path, size, scanned, content: undefined, isSettled: true };
  const isSettled = !isRecent(modified, quietMs);
  const content = await readUnchanged(scanned);
  return content && { id: hash(content), path, size, scanned, content, isSettled };
}

/** The bytes of a file that is still the one that was scanned, and where it was: within the folders. */
export async function readUnchanged({ realPath, signature }: ScannedFile): Promise<Uint8Array | undefined> {
  // Without O_NONBLOCK a pipe put in the file's place would block for ever; O_NOFOLLOW refuses a link put there.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await open(realPath, flags).catch(ignoreReplaced);
  if (handle === undefined) return undefined;
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile() || signatureOf(before) !== signature) return undefined;
    if (!(await isAt(handle, realPath))) return undefined;
    const content = await handle.readFile();
    return signatureOf(await handle.stat({ bigint: true })) === signature ? content : undefined;
  } finally {
    await handle.close();
  }
}

/** Whether what was opened lies at `path` itself. O_NOFOLLOW says nothing of a folder on the way that became a link. */
async function isAt({ fd }: FileHandle, path: string): Promise<boolean> {
  const place = await readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
  // Where the system does not tell, following the path once more finds a link that is still there.
  return (place ?? (await realpath(path).catch(() => undefined))) === path;
}

/** What was replaced since the scan is looked at again. */
function ignoreReplaced(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO' || code === 'ENOTDIR') return undefined;
  throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `A file cannot be read (${String(code)}).`, {
    cause: error,
  });
}

function toSnapshot(files: ReadonlyMap<string, FolderFile>, scan: Scan, version: string | null): FolderSnapshot {
  let directories: readonly string[] | undefined;
  return {
    id: hash([...files].map(([path, { id }]) => `${path}\n${id}`).join('\n')),
    version,
    state: null,
    files,
    folders: scan.folders,
    refused: scan.refused,
    file: (path) => files.get(path),
    directories: () => (directories ??= directoriesOf(files.keys())),
  };
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function unavailable(message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', message);
}
