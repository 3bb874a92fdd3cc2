import { createReadStream } from 'node:fs';

/** A line of a file. */
export interface Line {
  /** Bytes as they are, without the line's end. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Offset of the byte after its end. */
  readonly end: number;
  /** False: the file ends before the line does. */
  readonly isComplete: boolean;
}

/** Past this a line is cut into several: none of ours is as long. */
const longestLine = 8 * 1024 * 1024;

/** The lines of a file, in pieces as they are read: a log of any size takes little memory. */
export async function* readLines(path: string): AsyncGenerator<readonly Line[]> {
  let rest = '';
  let number = 0;
  let end = 0;
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 256 * 1024 })) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > longestLine) parts.push(rest.slice(0, longestLine));
    yield parts.map((text) => ({ text, number: ++number, end: (end += text.length + 1), isComplete: true }));
    if (rest.length > longestLine) rest = rest.slice(longestLine);
  }
  if (rest !== '') yield [{ text: rest, number: number + 1, end: end + rest.length, isComplete: false }];
}
