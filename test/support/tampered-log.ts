import { genesis, seal } from '#server/audit/seal.js';
import type { Head } from '#server/audit/file/head.js';
import { ChainCheck } from '#server/audit/verify/chain-check.js';
import type { LogReport } from '#server/audit/verify/findings.js';
import { createDecisionTexts } from '#server/audit/decision-text.js';
import { aDecision, anOccasion } from './audit-log.js';

/** A whole log in memory: all of it acknowledged. */
export interface MemoryLog {
  readonly lines: readonly string[];
  readonly head: Head;
}

export function aMemoryLog(records: number, chain = 'c0'): MemoryLog {
  const start = genesis('queries', chain);
  const text = createDecisionTexts();
  const texts = Array.from({ length: records }, (_, index) =>
    text('2026-11-24T08:46:10.123Z', aDecision({ profiles: `p${index % 7}`, version: `c${index % 3}` }), anOccasion),
  );
  const { lines, tip } = seal({ seq: 0, hash: start }, texts);
  return { lines, head: aHead({ chain, start, count: tip.seq, hash: tip.hash }) };
}

export function aHead(differing: Partial<Head> = {}): Head {
  const time = '2026-11-24T08:46:10.123Z';
  return { log: 'queries', chain: 'c0', number: 1, first: 1, start: '', count: 0, hash: '', time, ...differing };
}

/** What a check says of a log's text. */
export function checkText(text: string, head: Head, exported: readonly Head[] = []): LogReport {
  return checkOf(text, head, exported).end();
}

/** Whether a check finds anything; it ends with the first. */
export function isFound(text: string, head: Head): boolean {
  const check = checkOf(text, head, [], (so) => so.hasFindings);
  return check.hasFindings || check.end().findings.length > 0;
}

function checkOf(
  text: string,
  head: Head,
  exported: readonly Head[],
  isEnough: (check: ChainCheck) => boolean = () => false,
): ChainCheck {
  const file = 'queries-000000000001.jsonl';
  const check = new ChainCheck(head, exported);
  check.begin(file, head.first);
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  for (const [index, line] of lines.entries()) {
    check.line({ file, number: index + 1, text: line, isComplete: true });
    if (isEnough(check)) return check;
  }
  if (last !== '') check.line({ file, number: lines.length + 1, text: last, isComplete: false });
  return check;
}

/** Whole numbers below a bound, the same in every run (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export type Tampering = 'edit' | 'removal' | 'swap' | 'truncation';

/** The text of a log of which somebody has changed one thing. */
export function tampered({ lines }: MemoryLog, how: Tampering, random: (below: number) => number): string {
  const kept = [...lines];
  const text = `${kept.join('\n')}\n`;
  const at = random(kept.length);
  switch (how) {
    case 'edit': {
      const byte = random(text.length);
      const other = (text.charCodeAt(byte) + 1 + random(255)) % 256;
      return text.slice(0, byte) + String.fromCharCode(other) + text.slice(byte + 1);
    }
    case 'removal':
      kept.splice(at, 1);
      return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
    case 'swap': {
      const other = (at + 1 + random(kept.length - 1)) % kept.length;
      [kept[at], kept[other]] = [kept[other] ?? '', kept[at] ?? ''];
      return `${kept.join('\n')}\n`;
    }
    case 'truncation':
      return text.slice(0, random(text.length));
  }
}
