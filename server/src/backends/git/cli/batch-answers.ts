/** Takes the output of `git cat-file --batch…` apart: a line for each object asked for, and behind it its content if that was asked for. */

export interface BatchHeader {
  readonly id: string;
  readonly type: string;
  readonly size: number;
}

export interface BatchAnswer {
  /** `undefined`: there is no such object. */
  readonly header: BatchHeader | undefined;
  readonly content: Buffer | undefined;
}

const lineFeed = 0x0a;
const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)$/;
const notFound = / (missing|ambiguous)$/;
const longestLine = 4_096;

function parseHeader(line: string): BatchHeader | undefined {
  const [, id, type, size] = found.exec(line) ?? [];
  if (id !== undefined && type !== undefined) return { id, type, size: Number(size) };
  if (notFound.test(line)) return undefined;
  throw new Error('git cat-file answers something else than an object');
}

export class BatchAnswers {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Of an object whose content has not come whole. */
  #header: BatchHeader | undefined;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole answer, if it has come. @throws Error where the output is none of git's */
  next(withContent: boolean): BatchAnswer | undefined {
    if (this.#header === undefined) {
      const line = this.#takeLine();
      if (line === undefined) return undefined;
      const header = parseHeader(line);
      if (header === undefined || !withContent) return { header, content: undefined };
      this.#header = header;
    }
    const { size } = this.#header;
    if (this.#bytes < size + 1) return undefined;
    const header = this.#header;
    this.#header = undefined;
    return { header, content: this.#take(size + 1).subarray(0, size) };
  }

  #takeLine(): string | undefined {
    let length = 0;
    for (const chunk of this.#chunks) {
      const at = chunk.indexOf(lineFeed);
      if (at !== -1) return this.#take(length + at + 1).toString('latin1', 0, length + at);
      length += chunk.length;
      if (length > longestLine) throw new Error('git cat-file answers a line without end');
    }
    return undefined;
  }

  /** A copy: what is kept of an answer must not keep the rest of a chunk. */
  #take(length: number): Buffer {
    const taken = Buffer.allocUnsafeSlow(length);
    let at = 0;
    while (at < length) {
      const [chunk] = this.#chunks;
      if (chunk === undefined) throw new Error('less came than was counted');
      const copied = chunk.copy(taken, at, 0, length - at);
      at += copied;
      if (copied === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(copied);
    }
    this.#bytes -= length;
    return taken;
  }
}
