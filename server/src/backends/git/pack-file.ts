/** Reads single objects out of a pack. Only their own bytes and those of their delta bases are touched, never the whole pack. */
import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';
import type { ByteCache } from '../../core/byte-cache.js';
import { applyDelta, resultSize } from './delta.js';
import type { ObjectType, RawObject, TooLarge } from './object-format.js';
import type { PackBytes } from './pack-bytes.js';
import type { PackIndex } from './pack-index.js';

export interface PackFileOptions {
  readonly name: string;
  readonly index: PackIndex;
  readonly bytes: PackBytes;
  readonly idBytes: number;
  /** Objects that others were deltas of. */
  readonly bases: ByteCache<string, RawObject>;
  /** Awaited between pieces of work. */
  readonly turn: () => Promise<void>;
}

interface Entry {
  readonly type: ObjectType | 'delta';
  readonly size: number;
  /** Where its base lies, of a delta. */
  readonly base: number;
  readonly dataAt: number;
}

interface Delta {
  readonly at: number;
  readonly data: Buffer;
}

const inflateInPool = promisify(inflate);
const types: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
const offsetDelta = 6;
const idDelta = 7;
const headerBytes = 64;
/** Below this a round trip through the thread pool takes longer than inflating. */
const smallBytes = 32 * 1024;
const keptBaseBytes = 1024 * 1024;
/** Git makes chains of 50, and takes 4,095. */
const longestChain = 4_096;
/** A base may be larger than what is made of it, within reason. */
const largestBase = 256 * 1024 * 1024;

export class PackFile {
  readonly #options: PackFileOptions;

  constructor(options: PackFileOptions) {
    this.#options = options;
  }

  /** `undefined`: it is not in this pack. */
  async read(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    const offset = this.#options.index.offsetOf(Buffer.from(id, 'hex'));
    return offset === undefined ? undefined : this.#readAt(offset, maxBytes);
  }

  retire(): Promise<void> {
    return this.#options.bytes.retire();
  }

  async #readAt(offset: number, maxBytes: number): Promise<RawObject | TooLarge> {
    const deltas: Delta[] = [];
    let at = offset;
    for (;;) {
      const known = this.#options.bases.get(this.#key(at));
      if (known !== undefined) return deltas.length === 0 ? within(known, maxBytes) : this.#apply(known, deltas);
      const entry = await this.#entry(at);
      const bound = deltas.length === 0 && entry.type !== 'delta' ? maxBytes : largestBase;
      if (entry.size > bound) return { bytes: entry.size };
      const content = await this.#inflate(entry);
      if (entry.type !== 'delta') return this.#apply({ type: entry.type, content }, deltas);
      if (deltas.length === 0 && resultSize(content) > maxBytes) return { bytes: resultSize(content) };
      if (deltas.push({ at, data: content }) > longestChain) throw new Error('a chain of deltas is too long');
      at = entry.base;
    }
  }

  #key(at: number): string {
    return `${this.#options.name}:${at}`;
  }

  async #apply(base: RawObject, deltas: Delta[]): Promise<RawObject> {
    let whole = base;
    for (let delta = deltas.pop(); delta !== undefined; delta = deltas.pop()) {
      if (resultSize(delta.data) > largestBase) throw new Error('a delta gives more than a base may have');
      whole = { type: base.type, content: applyDelta(whole.content, delta.data) };
      this.#keep(delta.at, whole);
      await this.#options.turn();
    }
    return whole;
  }

  /** Trees and files that are deltas are read one after another along their chains. */
  #keep(at: number, object: RawObject): void {
    if (object.content.length <= keptBaseBytes)
      this.#options.bases.set(this.#key(at), object, object.content.length + 1);
  }

  async #entry(at: number): Promise<Entry> {
    const header = await this.#options.bytes.read(at, headerBytes);
    let place = 0;
    const next = (): number => {
      const byte = header[place];
      if (byte === undefined) throw new Error('a pack is cut off');
      place += 1;
      return byte;
    };
    const first = next();
    const kind = (first >> 4) & 7;
    let size = first & 15;
    for (let byte = first, factor = 16; byte >= 0x80; factor *= 128) {
      byte = next();
      size += (byte & 0x7f) * factor;
    }
    const type = types[kind];
    if (type !== undefined) return { type, size, base: 0, dataAt: at + place };
    const base = kind === offsetDelta ? at - distance(next) : this.#baseById(kind, header, place);
    if (kind === idDelta) place += this.#options.idBytes;
    if (base <= 0 || base === at) throw new Error('a delta has a base out of bounds');
    return { type: 'delta', size, base, dataAt: at + place };
  }

  #baseById(kind: number, header: Buffer, place: number): number {
    if (kind !== idDelta) throw new Error(`a pack has an object of the type ${kind}`);
    const base = this.#options.index.offsetOf(header.subarray(place, place + this.#options.idBytes));
    if (base === undefined) throw new Error('a delta has a base that is not in its pack');
    return base;
  }

  /** How long its compressed form is stands nowhere; deflate's own bound on it is read, and what follows ignored. */
  async #inflate({ size, dataAt }: Entry): Promise<Buffer> {
    const compressed = await this.#options.bytes.read(dataAt, size + (size >> 10) + 128);
    const options = { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, Math.min(size + 1, 1 << 20)) };
    const content = size <= smallBytes ? inflateSync(compressed, options) : await inflateInPool(compressed, options);
    if (content.length !== size) throw new Error('an object in a pack has another size than its header says');
    return content;
  }
}

const within = (object: RawObject, maxBytes: number): RawObject | TooLarge =>
  object.content.length > maxBytes ? { bytes: object.content.length } : object;

/** gitformat-pack(5): an offset encoding, in which each further byte also adds one. */
function distance(next: () => number): number {
  let byte = next();
  let value = byte & 0x7f;
  while (byte >= 0x80) {
    byte = next();
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return value;
}
