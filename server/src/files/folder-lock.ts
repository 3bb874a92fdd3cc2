/**
 * files/ has what rooms that keep something on disk share; it imports core only.
 * One process works in a folder. The lock is a file with its holder's pid and host, touched as a heartbeat; a stale one is taken over.
 */
import { randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigServerError } from '../core/errors.js';
import type { ErrorCode } from '../core/errors.js';

export interface FolderLock {
  /** Whether this process still holds it: one stopped for long may have been taken for dead. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** A folder that one process at a time works in. */
export interface LockedFolder {
  readonly path: string;
  /** The error that says another works in it. */
  readonly code: ErrorCode;
  /** Begins that error's text: `The mirror`. */
  readonly what: string;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly id: string;
}

const heartbeatMs = 10_000;
const staleMs = 60_000;

/** Locks that this process holds or is taking. */
const heldHere = new Set<string>();

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const parsed: unknown = JSON.parse(await fs.readFile(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { pid, host, id } = parsed as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' && typeof id === 'string'
      ? { pid, host, id }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function isStale(path: string): Promise<boolean> {
  const stat = await fs.stat(path).catch(() => undefined);
  if (stat === undefined) return true;
  if (Date.now() - stat.mtimeMs > staleMs) return true;
  const holder = await readHolder(path);
  if (holder?.host !== hostname()) return false;
  // Only one of this process comes here, so its own pid is a former process's: containers give everyone pid 1.
  return holder.pid === process.pid || !isAlive(holder.pid);
}

/** True if this process has made the file. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await fs.writeFile(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Only who holds the guard may remove a stale lock; else two could remove each other's fresh one. */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await create(guard, ''))) {
    const stat = await fs.stat(guard).catch(() => undefined);
    if (stat !== undefined && Date.now() - stat.mtimeMs > staleMs) await fs.rm(guard, { force: true });
    return;
  }
  try {
    if (await isStale(path)) await fs.rm(path, { force: true });
  } finally {
    await fs.rm(guard, { force: true });
  }
}

async function locked(path: string, { code, what }: LockedFolder): Promise<ConfigServerError> {
  const holder = await readHolder(path);
  const by = holder === undefined ? 'another process' : `process ${holder.pid} on host ${holder.host}`;
  return new ConfigServerError(code, `${what} is in use by ${by}. Give each server a data directory of its own.`, {
    diagnostics: { lock: path },
  });
}

/** Whether this very process already works in `folder`. */
export function isLockedHere(folder: string): boolean {
  return heldHere.has(join(folder, 'lock'));
}

async function take(path: string, content: string, folder: LockedFolder): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (await create(path, content)) return;
  if (await isStale(path)) await removeStale(path);
  if (!(await create(path, content))) throw await locked(path, folder);
}

/** Makes the folder and locks it. @throws ConfigServerError with `code` where another holds it */
export async function lockFolder(folder: LockedFolder): Promise<FolderLock> {
  const path = join(folder.path, 'lock');
  if (heldHere.has(path)) throw await locked(path, folder);
  heldHere.add(path);
  const holder: Holder = { pid: process.pid, host: hostname(), id: randomUUID() };
  try {
    await take(path, JSON.stringify(holder), folder);
  } catch (error) {
    heldHere.delete(path);
    throw error;
  }
  const isHeld = async (): Promise<boolean> => (await readHolder(path))?.id === holder.id;
  const touch = async (): Promise<void> => {
    if (await isHeld()) await fs.utimes(path, new Date(), new Date());
  };
  const heartbeat = setInterval(() => void touch().catch(() => undefined), heartbeatMs);
  heartbeat.unref();
  return {
    isHeld,
    release: async () => {
      clearInterval(heartbeat);
      if (await isHeld()) await fs.rm(path, { force: true });
      heldHere.delete(path);
    },
  };
}
