/**
 * Bytes on their way into a file, in two buffers that are used again and again: what is added while one is written goes into the
 * other. Memory outside the heap that is asked for anew each time makes the collector run.
 */
export interface Spool {
  readonly length: number;
  add(bytes: Uint8Array): void;
  /** What was added, good until it is taken again. */
  take(): Buffer;
  clear(): void;
}

const firstBytes = 64 * 1024;

export function createSpool(): Spool {
  let filling: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  let taken: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(bytes) {
      if (length + bytes.length > filling.length) filling = grown(filling, length, length + bytes.length);
      filling.set(bytes, length);
      length += bytes.length;
    },
    take() {
      const bytes = filling.subarray(0, length);
      [filling, taken] = [taken, filling];
      length = 0;
      return bytes;
    },
    clear() {
      length = 0;
    },
  };
}

function grown(buffer: Buffer, length: number, needed: number): Buffer {
  const next = Buffer.allocUnsafeSlow(Math.max(needed, buffer.length * 2));
  buffer.copy(next, 0, 0, length);
  return next;
}
