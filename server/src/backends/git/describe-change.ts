import type { ChangedFile, DescribedChange } from '../../core/described-change.js';
import type { DocumentLimits } from '../../core/documents/limits.js';
import type { ParsedFile, ParseFile } from '../../core/documents/parse-file.js';
import type { MovedLabel } from '../backend.js';
import { changedFiles } from './changed-files.js';
import type { ChangedBlob } from './changed-files.js';
import { changedKeys } from './changed-keys.js';
import { commitsBetween } from './commits-between.js';
import type { CommitsBetween } from './commits-between.js';
import { concernsOf } from './concerns.js';
import type { GitEngine, TreeIndex } from './engine.js';

export interface DescribeOptions {
  readonly searchPaths: readonly string[];
  readonly parse: ParseFile;
  readonly limits: DocumentLimits;
  readonly bounds?: DescribeBounds;
}

/** How much of a change is told. */
export interface DescribeBounds {
  readonly commits: number;
  readonly walked: number;
  readonly files: number;
  /** Files whose keys are compared. */
  readonly compared: number;
  /** Keys over all files. */
  readonly keys: number;
}

export const defaultBounds: DescribeBounds = { commits: 100, walked: 10_000, files: 500, compared: 100, keys: 1_000 };

/** What a moved label changed: commits, files, whom they concern, and the names of keys whose values are others now. */
export async function describeChange(
  engine: GitEngine,
  { from, to }: MovedLabel,
  options: DescribeOptions,
  signal: AbortSignal,
): Promise<DescribedChange> {
  const bounds = options.bounds ?? defaultBounds;
  const between: CommitsBetween =
    to === null ? { commits: [], isComplete: true } : await commitsBetween(engine, { from, to }, bounds);
  signal.throwIfAborted();
  const [before, after] = [await treeOf(engine, from), await treeOf(engine, to)];
  const all = changedFiles(before, after);
  const told = all.slice(0, bounds.files);
  const keys = await keysOf(told, { ...options, engine, signal, bounds });
  const hasFile = (path: string): boolean => isIn(before, path) || isIn(after, path);
  return {
    commits: between.commits.map(({ id, author, time }) => ({ id, author, time })),
    files: told.map((file) => describeFile(file, keys.byPath, { ...options, hasFile })),
    isComplete: between.isComplete && told.length === all.length && keys.isComplete && !isLost(from, before),
  };
}

/** A commit that a force-push left behind may be gone. */
async function treeOf(engine: GitEngine, commit: string | null): Promise<TreeIndex | undefined> {
  if (commit === null || (await engine.commitInfo(commit)) === undefined) return undefined;
  return engine.treeIndex(commit);
}

function isLost(commit: string | null, tree: TreeIndex | undefined): boolean {
  return commit !== null && tree === undefined;
}

function isIn(tree: TreeIndex | undefined, path: string): boolean {
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  return segments.reduce((at, segment) => at?.trees.get(segment), tree)?.blobs.has(name) === true;
}

type KeysByPath = ReadonlyMap<string, readonly string[]>;

function describeFile(
  { path, before, after }: ChangedBlob,
  keys: KeysByPath,
  options: Parameters<typeof concernsOf>[1],
): ChangedFile {
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return { path, change, concerns: concernsOf(path, options), keys: keys.get(path) ?? null };
}

interface Comparing extends DescribeOptions {
  readonly engine: GitEngine;
  readonly signal: AbortSignal;
  readonly bounds: DescribeBounds;
}

/** One file at a time, so that a large change does not keep the server from its requests. */
async function keysOf(
  files: readonly ChangedBlob[],
  comparing: Comparing,
): Promise<{ readonly byPath: KeysByPath; readonly isComplete: boolean }> {
  const { bounds, signal } = comparing;
  const byPath = new Map<string, readonly string[]>();
  const comparable = files.filter(({ path }) => /\.(?:ya?ml|properties)$/.test(path));
  let left = bounds.keys;
  let isComplete = comparable.length <= bounds.compared;
  for (const file of comparable.slice(0, bounds.compared)) {
    signal.throwIfAborted();
    const keys = await keysOfFile(file, comparing);
    if (keys !== undefined) byPath.set(file.path, keys.slice(0, left));
    isComplete &&= keys !== undefined && keys.length <= left;
    left = Math.max(0, left - (keys?.length ?? 0));
  }
  return { byPath, isComplete };
}

/** Undefined: one side of it cannot be read, which whoever asks for it is told. */
async function keysOfFile({ path, before, after }: ChangedBlob, comparing: Comparing): Promise<string[] | undefined> {
  try {
    const [old, now] = [await parsed(path, before, comparing), await parsed(path, after, comparing)];
    return changedKeys(old, now);
  } catch (error) {
    comparing.signal.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}

async function parsed(
  path: string,
  id: string | undefined,
  { engine, parse, limits, signal }: Comparing,
): Promise<ParsedFile | undefined> {
  if (id === undefined) return undefined;
  const [bytes = new Uint8Array()] = await engine.readBlobs([id], signal);
  return parse(path, bytes, limits);
}
