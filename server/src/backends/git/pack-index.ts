/** The `.idx` beside a pack, searched as it lies in memory: nothing is parsed ahead, however many objects there are. */

const magic = 0xff744f63;
const fanOut = 8;
const names = fanOut + 1024;

export class PackIndex {
  readonly #bytes: Buffer;
  readonly #idBytes: number;
  /** How many objects it lists. */
  readonly count: number;

  /** @throws Error where `bytes` is no whole index of version 2 */
  constructor(bytes: Buffer, idBytes: number) {
    if (bytes.length < names + 2 * idBytes || bytes.readUInt32BE(0) !== magic || bytes.readUInt32BE(4) !== 2) {
      throw new Error('an index of a pack is not one of version 2');
    }
    this.#bytes = bytes;
    this.#idBytes = idBytes;
    this.count = bytes.readUInt32BE(names - 4);
    if (bytes.length < names + this.count * (idBytes + 8) + 2 * idBytes)
      throw new Error('an index of a pack is cut off');
  }

  /** Where the object begins in the pack. */
  offsetOf(id: Buffer): number | undefined {
    const at = this.#positionOf(id);
    if (at === undefined) return undefined;
    const offsets = names + this.count * (this.#idBytes + 4);
    const offset = this.#bytes.readUInt32BE(offsets + 4 * at);
    if (offset < 0x80000000) return offset;
    const large = offsets + 4 * this.count + 8 * (offset - 0x80000000);
    return Number(this.#bytes.readBigUInt64BE(large));
  }

  #positionOf(id: Buffer): number | undefined {
    const first = id[0] ?? 0;
    let low = first === 0 ? 0 : this.#bytes.readUInt32BE(fanOut + 4 * (first - 1));
    let high = this.#bytes.readUInt32BE(fanOut + 4 * first);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = names + middle * this.#idBytes;
      const order = this.#bytes.compare(id, 0, this.#idBytes, at, at + this.#idBytes);
      if (order === 0) return middle;
      if (order > 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }
}
