/** Bytes of a pack file by place. What lies near is read with it: objects that are read together were packed together. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteCache } from '../../core/byte-cache.js';

const windowBytes = 64 * 1024;

export class PackBytes {
  readonly #path: string;
  readonly #windows: ByteCache<string, Buffer>;
  #opening: Promise<{ readonly handle: FileHandle; readonly size: number }> | undefined;
  #readers = 0;
  #isRetired = false;

  constructor(path: string, windows: ByteCache<string, Buffer>) {
    this.#path = path;
    this.#windows = windows;
  }

  /** From `at` on, `length` bytes or as many as there are. */
  async read(at: number, length: number): Promise<Buffer> {
    this.#readers += 1;
    try {
      if (length > windowBytes) return await this.#readFile(at, length);
      const start = at - (at % windowBytes);
      const first = await this.#window(start);
      const from = at - start;
      if (from + length <= windowBytes) return first.subarray(from, from + length);
      const second = await this.#window(start + windowBytes);
      return Buffer.concat([first.subarray(from), second.subarray(0, from + length - windowBytes)]);
    } finally {
      this.#readers -= 1;
      await this.#closeIfDone();
    }
  }

  async #window(start: number): Promise<Buffer> {
    const key = `${this.#path}:${start}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const bytes = await this.#readFile(start, windowBytes);
    this.#windows.set(key, bytes, windowBytes);
    return bytes;
  }

  async #readFile(at: number, length: number): Promise<Buffer> {
    this.#opening ??= this.#open();
    const { handle, size } = await this.#opening;
    const wanted = Math.max(0, Math.min(length, size - at));
    const buffer = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await handle.read(buffer, 0, wanted, at);
    return buffer.subarray(0, bytesRead);
  }

  async #open(): Promise<{ handle: FileHandle; size: number }> {
    const handle = await open(this.#path);
    try {
      return { handle, size: (await handle.stat()).size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Closes the file when reads under way have ended. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#closeIfDone();
  }

  async #closeIfDone(): Promise<void> {
    if (!this.#isRetired || this.#readers > 0 || this.#opening === undefined) return;
    const opening = this.#opening;
    this.#opening = undefined;
    await opening.then(({ handle }) => handle.close()).catch(() => undefined);
  }
}
