import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import git from 'isomorphic-git';

const codes = { commit: 1, tree: 2, blob: 3, tag: 4, offsetDelta: 6, idDelta: 7 } as const;

export type PlainType = 'commit' | 'tree' | 'blob' | 'tag';

export function idOf(type: PlainType, content: Uint8Array): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

function entryHeader(code: number, size: number): Buffer {
  const bytes = [(code << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function sizeBytes(size: number): number[] {
  const bytes: number[] = [];
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

function distanceBytes(distance: number): Buffer {
  const bytes = [distance & 0x7f];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest -= 1;
    bytes.unshift((rest & 0x7f) | 0x80);
  }
  return Buffer.from(bytes);
}

/** A delta that copies the first `kept` bytes of the base and adds `added` (at most 127 bytes). */
export function deltaOf(baseSize: number, kept: number, added: string): Buffer {
  const tail = Buffer.from(added);
  const copy = kept === 0 ? [] : [0x80 | 0x01 | 0x10 | 0x20 | 0x40, 0, kept & 0xff, (kept >> 8) & 0xff, kept >> 16];
  const insert = tail.length === 0 ? [] : [tail.length, ...tail];
  return Buffer.from([...sizeBytes(baseSize), ...sizeBytes(kept + tail.length), ...copy, ...insert]);
}

/** Lays objects into a pack byte by byte, deltas of both kinds among them; nothing is checked. */
export class PackBuilder {
  readonly #chunks: Buffer[] = [];
  #length = 12;
  #count = 0;

  /** Returns where the object begins. */
  #append(header: Buffer, content: Uint8Array): number {
    const at = this.#length;
    const chunk = Buffer.concat([header, deflateSync(content)]);
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#count += 1;
    return at;
  }

  add(type: PlainType, content: Uint8Array): number {
    return this.#append(entryHeader(codes[type], content.length), content);
  }

  addOffsetDelta(base: number, delta: Buffer): number {
    const header = Buffer.concat([entryHeader(codes.offsetDelta, delta.length), distanceBytes(this.#length - base)]);
    return this.#append(header, delta);
  }

  addIdDelta(base: string, delta: Buffer): number {
    return this.#append(Buffer.concat([entryHeader(codes.idDelta, delta.length), Buffer.from(base, 'hex')]), delta);
  }

  bytes(): Buffer {
    const head = Buffer.alloc(12);
    head.write('PACK');
    head.writeUInt32BE(2, 4);
    head.writeUInt32BE(this.#count, 8);
    const body = Buffer.concat([head, ...this.#chunks]);
    return Buffer.concat([body, createHash('sha1').update(body).digest()]);
  }

  /** Writes the pack with its index into the bare repository `gitdir`. */
  async writeInto(gitdir: string): Promise<void> {
    const bytes = this.bytes();
    const name = `objects/pack/pack-${bytes.subarray(-20).toString('hex')}.pack`;
    await fs.mkdir(join(gitdir, 'objects', 'pack'), { recursive: true });
    await fs.writeFile(join(gitdir, name), bytes);
    await git.indexPack({ fs, dir: gitdir, gitdir, filepath: name });
  }
}
