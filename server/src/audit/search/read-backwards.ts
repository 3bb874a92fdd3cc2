import type { FileHandle } from 'node:fs/promises';

/** A line of a file, and where it begins. */
export interface BackLine {
  readonly text: string;
  readonly start: number;
}

const chunkBytes = 64 * 1024;

/** The complete lines that end before `end`, last first, in pieces as they are read. */
export async function* readBackwards(file: FileHandle, end: number): AsyncGenerator<readonly BackLine[]> {
  let size = chunkBytes;
  for (let until = end; until > 0;) {
    const from = Math.max(0, until - size);
    const lines = await completeLines(file, from, until);
    const first = lines[0];
    // A line that is longer than the piece.
    if (first === undefined && from > 0) {
      size *= 2;
      continue;
    }
    yield lines.toReversed();
    until = first === undefined ? 0 : first.start;
    size = chunkBytes;
  }
}

/** What begins and ends between two offsets. */
async function completeLines(file: FileHandle, from: number, until: number): Promise<BackLine[]> {
  const buffer = Buffer.alloc(until - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  const parts = buffer.toString('latin1', 0, bytesRead).split('\n');
  // What stands behind the last end of line has not been written whole; what stands before the first began earlier.
  parts.pop();
  let start = from + (from > 0 ? (parts.shift()?.length ?? 0) + 1 : 0);
  return parts.map((text) => {
    const line = { text, start };
    start += text.length + 1;
    return line;
  });
}
