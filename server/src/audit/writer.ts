import { randomBytes } from 'node:crypto';
import { members } from './ascii-json.js';
import { isoTime } from './clock.js';
import type { Clock } from './clock.js';
import type { FileLog } from './file/file-log.js';
import type { LogName } from './logs.js';
import { genesis, seal } from './seal.js';
import type { Tip } from './seal.js';
import type { SinkRecord } from './sinks/sink.js';

/** Gives records their numbers and hashes, and hands them on. */
export type WriteBatch = (texts: readonly string[]) => Promise<void>;

/** Takes what is sealed: at once, or when it is delivered. Undefined: there is nobody to take it. */
export type HandOn = ((records: readonly SinkRecord[]) => Promise<void> | void) | undefined;

/** How often files past their time are looked for. */
const expireMs = 60_000;

/** How long after the last batch the log alone is to have everything. */
const settleMs = 1_000;

/** The file first: what is not in it goes nowhere else. */
export function fileWriter(log: LogName, file: FileLog, handOn: HandOn, clock: Clock): WriteBatch {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let cancelSettle = (): void => undefined;
  let settled: Promise<void> = Promise.resolve();
  const now = (): number => clock.now();
  const settleLater = (): void => {
    cancelSettle = clock.after(settleMs, () => {
      settled = file.settle();
    });
  };
  const expired = async (): Promise<readonly string[]> => {
    if (now() - lookedAt < expireMs) return [];
    lookedAt = now();
    const gone = await file.expire();
    return gone === undefined ? [] : [members({ time: isoTime(now()), kind: 'records-expired', ...gone })];
  };
  return async (texts) => {
    cancelSettle();
    await settled;
    const { lines, tip } = await file.append([...texts, ...(await expired())]);
    settleLater();
    await handOn?.(recordsOf(lines, { log, chain: file.head.chain, seq: tip.seq }));
  };
}

/** Without a file the chain begins with the process, under an id of its own. */
export function passingWriter(log: LogName, handOn: HandOn): WriteBatch {
  const chain = randomBytes(16).toString('hex');
  let tip: Tip = { seq: 0, hash: genesis(log, chain) };
  return async (texts) => {
    const sealed = seal(tip, texts);
    await handOn?.(recordsOf(sealed.lines, { log, chain, seq: sealed.tip.seq }));
    tip = sealed.tip;
  };
}

interface LastRecord {
  readonly log: LogName;
  readonly chain: string;
  readonly seq: number;
}

function recordsOf(lines: readonly string[], { log, chain, seq }: LastRecord): SinkRecord[] {
  return lines.map((line, index) => ({ log, chain, seq: seq - lines.length + 1 + index, line }));
}
