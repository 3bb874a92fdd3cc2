import { hashOf, readSeal } from '../seal.js';
import type { Tip } from '../seal.js';
import type { SignedHead } from './head.js';
import { slotNumber } from './head-file.js';
import type { HeadSlots, Slot } from './head-file.js';

/** What is acknowledged by a head, and what of it the head file has beside the log. */
export interface Acknowledged {
  readonly head: SignedHead;
  /** Up to here the log was synced. */
  readonly synced: Tip;
  /** The records from there to the head's newest: the log may have lost them with the power. */
  readonly lines: readonly string[];
}

/** What a head file says. */
export interface HeadFileContent {
  /** Undefined: there is no head. */
  readonly acknowledged: Acknowledged | undefined;
  /** Slots, from 1, that have not the head that belongs there. */
  readonly damaged: readonly number[];
  /** The slot, from 1, with the newest head where it has not the lines that it covers. */
  readonly torn: number | undefined;
}

/**
 * A loss of power in the middle of a write may leave a head without its lines. That batch was never acknowledged, so the head
 * before is the newest; but somebody may have damaged the slot as well, so it is told.
 */
export function contentOf({ run, damaged }: HeadSlots): HeadFileContent {
  const [newest, ...before] = run;
  const acknowledged = carriedBy(run);
  if (acknowledged !== undefined || newest === undefined) return { acknowledged, damaged, torn: undefined };
  return { acknowledged: carriedBy(before), damaged, torn: slotNumber(newest.head) + 1 };
}

/** What was acknowledged by the head of this number, whatever is behind it. Undefined: it is not there any more. */
export function acknowledgedAt({ run }: HeadSlots, number: number): Acknowledged | undefined {
  const at = run.findIndex(({ head }) => head.number === number);
  return at < 0 ? undefined : carriedBy(run.slice(at));
}

/** Undefined: there is no head, or the newest one's lines are not those that it covers. */
function carriedBy(run: readonly Slot[]): Acknowledged | undefined {
  const [newest] = run;
  if (newest === undefined) return undefined;
  const carried: (readonly string[])[] = [];
  let synced = tipOf(newest.head);
  for (const [index, { head, lines }] of run.entries()) {
    const before = run[index + 1]?.head;
    // A head without lines says that the log is synced.
    if (lines === '' || before === undefined) break;
    const own = linesBetween(tipOf(before), lines, tipOf(head));
    if (own === undefined && index === 0) return undefined;
    if (own === undefined) break;
    carried.unshift(own);
    synced = tipOf(before);
  }
  return { head: newest.head, synced, lines: carried.flat() };
}

/** Undefined: they do not lead from the one to the other. */
function linesBetween(from: Tip, text: string, to: Tip): readonly string[] | undefined {
  const lines = text.split('\n');
  if (lines.pop() !== '') return undefined;
  const end = lines.reduce<Tip | undefined>(following, from);
  return end?.seq === to.seq && end.hash === to.hash ? lines : undefined;
}

function following(tip: Tip | undefined, line: string): Tip | undefined {
  const found = readSeal(line);
  const isNext = tip !== undefined && found?.seq === tip.seq + 1 && hashOf(tip.hash, found.body) === found.hash;
  return isNext ? found : undefined;
}

/** What a head covers whose log is synced. */
export function bare(head: SignedHead): Acknowledged {
  return { head, synced: tipOf(head), lines: [] };
}

function tipOf({ count, hash }: SignedHead): Tip {
  return { seq: count, hash };
}
