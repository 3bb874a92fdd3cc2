/** gitformat-pack(5): a delta is the sizes of base and result, then instructions to copy from the base or to insert. */

interface Cursor {
  at: number;
}

function readByte(bytes: Buffer, cursor: Cursor): number {
  const byte = bytes[cursor.at];
  if (byte === undefined) throw new Error('a delta is cut off');
  cursor.at += 1;
  return byte;
}

function readSize(delta: Buffer, cursor: Cursor): number {
  let size = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = readByte(delta, cursor);
    size += (byte & 0x7f) * factor;
    if (byte < 0x80) return size;
    if (factor > 2 ** 42) throw new Error('a delta has a size out of bounds');
  }
}

/** The little-endian number of those of `count` bytes whose bits are set in `flags`. */
function readSparse(delta: Buffer, cursor: Cursor, flags: number, count: number): number {
  let value = 0;
  for (let place = 0; place < count; place += 1) {
    if ((flags & (1 << place)) !== 0) value += readByte(delta, cursor) * 256 ** place;
  }
  return value;
}

/** How many bytes applying it gives. */
export function resultSize(delta: Buffer): number {
  const cursor = { at: 0 };
  readSize(delta, cursor);
  return readSize(delta, cursor);
}

/** @throws Error where `delta` is not one of `base` */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const cursor = { at: 0 };
  if (readSize(delta, cursor) !== base.length) throw new Error('a delta is of another base');
  const result = Buffer.allocUnsafe(readSize(delta, cursor));
  let written = 0;
  while (cursor.at < delta.length) {
    const instruction = readByte(delta, cursor);
    if (instruction === 0) throw new Error('a delta has an instruction that is reserved');
    const isCopy = instruction >= 0x80;
    const from = isCopy ? readSparse(delta, cursor, instruction, 4) : cursor.at;
    const length = isCopy ? readSparse(delta, cursor, instruction >> 4, 3) || 0x10000 : instruction;
    const source = isCopy ? base : delta;
    if (!isCopy) cursor.at += length;
    if (from + length > source.length || written + length > result.length)
      throw new Error('a delta goes out of bounds');
    source.copy(result, written, from, from + length);
    written += length;
  }
  if (written !== result.length) throw new Error('a delta is cut off');
  return result;
}
