import { promises as fs } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemDisk } from '#server/audit/file/disk.js';
import type { Disk, DiskFile, Writes } from '#server/audit/file/disk.js';

/** What a disk can be told to do wrong. */
export type DiskFault = 'full' | 'unsynced' | 'unopened';

/** A disk that fails when it is told to, and knows what a loss of power would leave of it. */
export interface FaultyDisk extends Disk {
  /** Fails what matches: operations on files whose names it finds. Null: nothing fails. */
  fault: { readonly kind: DiskFault; readonly file: RegExp } | null;
  /** Writes are held back while it is set. */
  isStuck: boolean;
  /** Called before and after each write and sync. */
  onOperation: () => void;
  /** The files as they may be after a loss of power now: what was not synced is there, or not, or in part. */
  left(random: (below: number) => number): ReadonlyMap<string, Buffer>;
}

interface Known {
  /** As it was when it was synced last; undefined: its name was not. */
  durable: Buffer | undefined;
  /** Since then, in their order. */
  changes: Change[];
}

type Change = ({ readonly at: number; readonly bytes: Buffer } | { readonly size: number }) & {
  /** A sync that failed was to take it: it may be on the disk, and no later sync takes it. `durable`: a later one took it. */
  state?: 'doubtful' | 'durable';
};

const systemError = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

export function createFaultyDisk(): FaultyDisk {
  const known = new Map<string, Known>();
  const disk: FaultyDisk = {
    fault: null,
    isStuck: false,
    onOperation: () => undefined,
    async open(path, writes) {
      if (isHit('unopened', path)) throw systemError('EMFILE');
      const file = await systemDisk.open(path, writes);
      const content = await fs.readFile(path);
      if (!known.has(path)) known.set(path, aKnown(content));
      return faultyFile(file, path, writes);
    },
    async syncFolder(path) {
      await systemDisk.syncFolder(path);
      for (const [name, one] of known) if (dirname(name) === path) one.durable ??= Buffer.alloc(0);
    },
    async remove(path) {
      await systemDisk.remove(path);
      known.delete(path);
    },
    left(random) {
      const files = [...known].map(([path, one]) => [basename(path), whatIsLeft(one, random)] as const);
      return new Map(files.flatMap(([name, content]) => (content === undefined ? [] : [[name, content]])));
    },
  };
  const isHit = (kind: DiskFault, path: string): boolean =>
    disk.fault?.kind === kind && disk.fault.file.test(basename(path));

  function faultyFile(file: DiskFile, path: string, writes: Writes): DiskFile {
    const tell = (change: Change): void => void known.get(path)?.changes.push(change);
    const synced = (): void => {
      const one = known.get(path);
      const isFailed = isHit('unsynced', path);
      for (const change of one?.changes ?? []) change.state ??= isFailed ? 'doubtful' : 'durable';
      if (isFailed) throw systemError('EIO');
      if (one !== undefined) forgetDurable(one);
      disk.onOperation();
    };
    return {
      async write(bytes, at) {
        while (disk.isStuck) await new Promise((resolve) => setTimeout(resolve, 2));
        // A disk that is almost full takes a part.
        const taken = isHit('full', path) ? Buffer.from(bytes.subarray(0, bytes.length / 2)) : Buffer.from(bytes);
        disk.onOperation();
        await file.write(taken, at);
        tell({ at, bytes: taken });
        disk.onOperation();
        if (isHit('full', path)) throw systemError('ENOSPC');
        if (writes === 'through') synced();
      },
      async sync() {
        await file.sync();
        synced();
      },
      async truncate(size) {
        await file.truncate(size);
        tell({ size });
      },
      close: () => file.close(),
    };
  }
  return disk;
}

function aKnown(content: Buffer): Known {
  return { durable: content.length > 0 ? content : undefined, changes: [] };
}

/** What is durable need not be remembered, but behind what is doubtful: it may have been written over it. */
function forgetDurable(known: Known): void {
  if (known.changes.some(({ state }) => state === 'doubtful')) return;
  known.durable = known.changes.reduce(applied, known.durable ?? Buffer.alloc(0));
  known.changes = [];
}

/** Undefined: the file's name was lost. The disk takes writes in any order, so any of them may be missing. */
function whatIsLeft({ durable, changes }: Known, random: (below: number) => number): Buffer | undefined {
  const kept = changes.flatMap((change) => {
    if (change.state === 'durable') return [change];
    return random(3) > 0 ? inSectors(change, random) : [];
  });
  if (durable === undefined && kept.length === 0) return undefined;
  return kept.reduce(applied, durable ?? Buffer.alloc(0));
}

/** Each sector is written whole or not: of a long write any may be missing. */
function inSectors(change: Change, random: (below: number) => number): readonly Change[] {
  if ('size' in change || random(3) > 0) return [change];
  const { at, bytes } = change;
  const parts: Change[] = [];
  for (let start = at, end = nextSector(at); start < at + bytes.length; start = end, end = nextSector(end))
    if (random(2) === 0) parts.push({ at: start, bytes: bytes.subarray(start - at, end - at) });
  return parts;
}

function nextSector(at: number): number {
  return at - (at % 4096) + 4096;
}

function applied(content: Buffer, change: Change): Buffer {
  if ('size' in change) return content.subarray(0, change.size);
  const next = Buffer.concat([content], Math.max(content.length, change.at + change.bytes.length));
  change.bytes.copy(next, change.at);
  return next;
}
