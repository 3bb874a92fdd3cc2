import { constants, promises as fs } from 'node:fs';

/** What the log asks of a file system: the one place where writes can fail. */
export interface Disk {
  /** Opens for reading and writing, made with mode 0600 where it is not there. */
  open(path: string, writes: Writes): Promise<DiskFile>;
  /** Makes new and removed names in a folder durable. */
  syncFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** `through`: what a write has done survives a loss of power; `kept`: once `sync` has ended after it. */
export type Writes = 'through' | 'kept';

export interface DiskFile {
  /** Once it resolves, what was written survives the process. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Once it resolves, what was written or cut off before survives a loss of power. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** The write waits for the disk itself: one trip to a thread of its own in place of two. Elsewhere that says less than a sync. */
const dataSync = process.platform === 'linux' ? constants.O_DSYNC : 0;

export const systemDisk: Disk = {
  async open(path, writes) {
    const isThrough = writes === 'through';
    const handle = await fs.open(path, constants.O_RDWR | constants.O_CREAT | (isThrough ? dataSync : 0), 0o600);
    return {
      async write(bytes, position) {
        await writeAll(handle, bytes, position);
        if (isThrough && dataSync === 0) await handle.datasync();
      },
      sync: () => handle.datasync(),
      truncate: (size) => handle.truncate(size),
      close: () => handle.close(),
    };
  },
  async syncFolder(path) {
    const handle = await fs.open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  remove: (path) => fs.rm(path, { force: true }),
};

/** A disk that is almost full takes a part. */
async function writeAll(handle: fs.FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
