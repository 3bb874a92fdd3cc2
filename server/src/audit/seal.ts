import { hash } from 'node:crypto';

/** How far a log has come: the number of its newest record, and that record's hash. */
export interface Tip {
  readonly seq: number;
  /** SHA-256 in 64 hexadecimal digits. */
  readonly hash: string;
}

/** Records with their numbers and hashes, and the log's tip after them. */
export interface Sealed {
  /** Each a JSON object without a line's end. */
  readonly lines: readonly string[];
  readonly tip: Tip;
}

/** Where a chain begins, so that records of one cannot pass for another's. */
export function genesis(log: string, chain: string): string {
  return hash('sha256', `cairn audit ${log} ${chain}`, 'hex');
}

/**
 * `members` are JSON objects without their braces, in ASCII. The hash of a line covers the hash before it and every byte of
 * the line before `,"hash"`: the text itself is what is hashed, so that nothing depends on how JSON is written again.
 */
export function seal(tip: Tip, members: readonly string[]): Sealed {
  let { seq, hash: previous } = tip;
  const lines = members.map((text) => {
    seq += 1;
    // One text for the hash and the line: the engine then copies it once.
    const chained = `${previous}{"seq":${seq},${text}`;
    previous = hash('sha256', chained, 'hex');
    return `${chained.slice(hashLength)}${suffixOf(previous)}`;
  });
  return { lines, tip: { seq, hash: previous } };
}

/** A line taken apart; undefined: it is not one of ours. */
export function readSeal(line: string): (Tip & { readonly body: string }) | undefined {
  const found = seqPattern.exec(line);
  const at = line.length - suffixLength;
  if (found === null || at <= found[0].length) return undefined;
  const written = line.slice(at + suffixStart.length, -2);
  if (!line.startsWith(suffixStart, at) || !line.endsWith('"}') || !hashPattern.test(written)) return undefined;
  return { seq: Number(found[1]), hash: written, body: line.slice(0, at) };
}

export function hashOf(previous: string, body: string): string {
  return hash('sha256', previous + body, 'hex');
}

const hashLength = 64;
const suffixStart = ',"hash":"';
const suffixLength = suffixStart.length + hashLength + 2;
const seqPattern = /^\{"seq":([1-9]\d{0,14}),/;
const hashPattern = /^[0-9a-f]{64}$/;

function suffixOf(digest: string): string {
  return `${suffixStart}${digest}"}`;
}
