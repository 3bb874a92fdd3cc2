import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

// Writes git objects into one pack file (gitformat-pack), trees as deltas as git itself would store them.

const typeNumbers = { commit: 1, tree: 2, blob: 3 } as const;
const refDelta = 7;

export type ObjectType = keyof typeof typeNumbers;

export interface PackWriter {
  add(type: ObjectType, content: Buffer): void;
  addDelta(base: string, delta: Buffer): void;
  /** The whole pack file. */
  finish(): Buffer;
}

export function objectId(type: ObjectType, content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

export function createPackWriter(): PackWriter {
  const parts: Buffer[] = [];
  let count = 0;
  const push = (...entry: Buffer[]): void => {
    parts.push(...entry);
    count += 1;
  };
  return {
    add: (type, content) => {
      push(entryHeader(typeNumbers[type], content.length), deflateSync(content));
    },
    addDelta: (base, delta) => {
      push(entryHeader(refDelta, delta.length), Buffer.from(base, 'hex'), deflateSync(delta));
    },
    finish: () => {
      const body = Buffer.concat([packHeader(count), ...parts]);
      return Buffer.concat([body, createHash('sha1').update(body).digest()]);
    },
  };
}

function packHeader(count: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  return header;
}

// Type and the size's lowest four bits, then seven bits a byte.
function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes);
}

/** The delta between two contents of the same length that differ in `length` bytes at each of `offsets`. */
export function deltaAt(content: Buffer, offsets: readonly number[], length: number): Buffer {
  const parts = [varint(content.length), varint(content.length)];
  let from = 0;
  for (const offset of offsets) {
    if (offset > from) parts.push(copy(from, offset - from));
    parts.push(Buffer.from([length]), content.subarray(offset, offset + length));
    from = offset + length;
  }
  if (from < content.length) parts.push(copy(from, content.length - from));
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes = [value & 127];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes);
}

function copy(offset: number, size: number): Buffer {
  const instruction = Buffer.alloc(8, 0xff);
  instruction.writeUInt32LE(offset, 1);
  instruction.writeUIntLE(size, 5, 3);
  return instruction;
}
