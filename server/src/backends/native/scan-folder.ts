import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigServerError } from '../../core/errors.js';
import type { Root } from './search-locations.js';

/** A regular file as a scan saw it. */
export interface ScannedFile {
  /** Without symbolic links. */
  readonly realPath: string;
  readonly size: number;
  readonly modified: number;
  /** Another one whenever the file is written or replaced, but for writes within one tick of the file system's clock. */
  readonly signature: string;
}

export interface Scan {
  /** By absolute path without the leading slash. */
  readonly files: ReadonlyMap<string, ScannedFile>;
  /** Folders that were read, absolute: those to watch. */
  readonly folders: readonly string[];
  /** Symbolic links that leave the folders, or that lead nowhere. */
  readonly refused: readonly string[];
}

export interface ScanOptions {
  readonly roots: readonly Root[];
  readonly maxFiles: number;
  readonly signal: AbortSignal;
}

interface Walk {
  readonly options: ScanOptions;
  readonly files: Map<string, ScannedFile>;
  readonly folders: string[];
  readonly refused: string[];
  /** Real paths of the roots. */
  readonly bounds: string[];
}

const deepest = 32;
const parallel = 32;

/**
 * Lists the files below the roots; names that begin with a dot are left out, so Kubernetes' `..data` counts only through
 * the links to it. Undefined where no root is there.
 */
export async function scanFolders(options: ScanOptions): Promise<Scan | undefined> {
  const roots = await existingRoots(options.roots);
  if (roots.length === 0) return undefined;
  const walk: Walk = { options, files: new Map(), folders: [], refused: [], bounds: roots.map(({ real }) => real) };
  for (const { root, real } of roots) await scanFolder(walk, { shown: root.directory, real, root, above: [] });
  return { files: new Map([...walk.files].sort(byPath)), folders: walk.folders, refused: walk.refused };
}

interface ExistingRoot {
  readonly root: Root;
  readonly real: string;
}

async function existingRoots(roots: readonly Root[]): Promise<readonly ExistingRoot[]> {
  const found: ExistingRoot[] = [];
  for (const root of roots) {
    const real = await realpath(root.directory).catch(ignoreMissing);
    if (real !== undefined && (await stat(real)).isDirectory()) found.push({ root, real });
  }
  return found;
}

interface Folder {
  /** The path by which it was reached, and what it is without links. */
  readonly shown: string;
  readonly real: string;
  readonly root: Root;
  /** Real paths of the folders around it: a link to one of them would go round. */
  readonly above: readonly string[];
}

async function scanFolder(walk: Walk, folder: Folder): Promise<void> {
  walk.options.signal.throwIfAborted();
  const entries = await readdir(folder.real, { withFileTypes: true }).catch(ignoreMissing);
  if (entries === undefined) return;
  walk.folders.push(folder.shown);
  const seen = entries.filter(({ name }) => !name.startsWith('.') && isWanted(name, folder.root));
  for (let start = 0; start < seen.length; start += parallel) {
    const batch = seen.slice(start, start + parallel);
    const found = await Promise.all(batch.map((entry) => inspect(walk, folder, entry)));
    for (const inner of found) if (inner !== undefined) await scanFolder(walk, inner);
  }
}

function isWanted(name: string, { stem }: Root): boolean {
  return stem === undefined || name.startsWith(stem);
}

/** Notes a file; gives a folder to go on with. */
async function inspect(walk: Walk, folder: Folder, entry: Dirent): Promise<Folder | undefined> {
  const shown = join(folder.shown, entry.name);
  const real = entry.isSymbolicLink() ? await followed(walk, folder, entry.name) : join(folder.real, entry.name);
  if (real === undefined) {
    walk.refused.push(shown);
    return undefined;
  }
  const stats = await stat(real, { bigint: true }).catch(ignoreMissing);
  if (stats?.isFile() === true) addFile(walk, shown, real, stats);
  if (stats?.isDirectory() !== true || folder.root.stem !== undefined) return undefined;
  const above = [...folder.above, folder.real];
  return above.includes(real) || above.length > deepest ? undefined : { shown, real, root: folder.root, above };
}

/** Where a link leads, if it stays within the roots. */
async function followed(walk: Walk, folder: Folder, name: string): Promise<string | undefined> {
  const real = await realpath(join(folder.real, name)).catch(() => undefined);
  return walk.bounds.some((bound) => real?.startsWith(`${bound}/`) === true) ? real : undefined;
}

function addFile({ files, options }: Walk, shown: string, realPath: string, stats: BigIntStats): void {
  files.set(shown.slice(1), {
    realPath,
    size: Number(stats.size),
    modified: Number(stats.mtimeMs),
    signature: signatureOf(stats),
  });
  if (files.size > options.maxFiles)
    throw new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      `The search locations have more than ${options.maxFiles} files.`,
    );
}

export function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** What goes away between two looks was not there. */
function ignoreMissing(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
  throw error;
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
