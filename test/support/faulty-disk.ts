import { promises as fs } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemDisk } from '#server/audit/file/disk.js';
import type { Disk, DiskFile } from '#server/audit/file/disk.js';

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
  readonly unsynced: Change[];
}

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

const systemError = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

export function createFaultyDisk(): FaultyDisk {
  const known = new Map<string, Known>();
  const disk: FaultyDisk = {
    fault: null,
    isStuck: false,
    onOperation: () => undefined,
    async open(path) {
      if (isHit('unopened', path)) throw systemError('EMFILE');
      const file = await systemDisk.open(path);
      const content = await fs.readFile(path);
      if (!known.has(path)) known.set(path, { durable: content.length > 0 ? content : undefined, unsynced: [] });
      return faultyFile(file, path);
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

  function faultyFile(file: DiskFile, path: string): DiskFile {
    const tell = (change: Change): void => void known.get(path)?.unsynced.push(change);
    const synced = async (): Promise<void> => {
      if (isHit('unsynced', path)) throw systemError('EIO');
      const content = await fs.readFile(path);
      const one = known.get(path);
      one?.unsynced.splice(0);
      if (one !== undefined) one.durable = content;
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
        await synced();
      },
      async sync() {
        await file.sync();
        await synced();
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

/** Undefined: the file's name was lost. */
function whatIsLeft({ durable, unsynced }: Known, random: (below: number) => number): Buffer | undefined {
  let content = durable;
  for (const change of unsynced.slice(0, random(unsynced.length + 1))) content = applied(content, change, random);
  return content;
}

function applied(content: Buffer = Buffer.alloc(0), change: Change, random: (below: number) => number): Buffer {
  if ('size' in change) return content.subarray(0, change.size);
  // A sector is written whole or not; what is longer may be cut anywhere.
  const whole = change.bytes.length <= 4096;
  const bytes = whole ? change.bytes : change.bytes.subarray(0, random(change.bytes.length + 1));
  const size = Math.max(content.length, change.at + bytes.length);
  const next = Buffer.concat([content], size);
  bytes.copy(next, change.at);
  return next;
}
