import type { Head } from '../file/head.js';
import { hashOf, readSeal } from '../seal.js';
import { mostFindings } from './findings.js';
import type { Finding, LogReport } from './findings.js';

/** A line and where it is. */
export interface CheckedLine {
  readonly file: string;
  readonly number: number;
  readonly text: string;
  readonly isComplete: boolean;
}

/**
 * Walks a log line by line and holds it against its head and heads that were exported. After a finding it goes on with
 * what the line itself says, so that one edit is one finding.
 */
export class ChainCheck {
  readonly #head: Head;
  readonly #exported: readonly Head[];
  readonly #findings: Finding[] = [];
  readonly #notes: string[] = [];
  #expected: number;
  /** The hash before the next line; undefined: the line before it could not be read. */
  #previous: string | undefined;
  #isAfterUnreadable = false;
  #unacknowledged = 0;
  #last: Pick<CheckedLine, 'file' | 'number'> | undefined;

  constructor(head: Head, exported: readonly Head[] = []) {
    this.#head = head;
    this.#exported = exported.filter((one) => this.#isComparable(one));
    this.#expected = head.first;
    this.#previous = head.start;
    this.#compare({ seq: head.first - 1, hash: head.start }, null, null);
  }

  /** Whether there is nothing more to tell. */
  get isFull(): boolean {
    return this.#findings.length >= mostFindings;
  }

  get hasFindings(): boolean {
    return this.#findings.length > 0;
  }

  /** Before the lines of a file whose name says that it begins with `first`. */
  begin(file: string, first: number): void {
    if (this.#expected > this.#head.count || first === this.#expected || this.#isAfterUnreadable) return;
    if (first < this.#expected) this.#find(file, 1, `the file begins with record ${first}, which is in one before it`);
  }

  line({ file, number, text, isComplete }: CheckedLine): void {
    if (this.#expected > this.#head.count) {
      this.#unacknowledged += 1;
      return;
    }
    this.#last = { file, number };
    const found = readSeal(text);
    if (found === undefined || !isComplete) {
      this.#find(file, number, isComplete ? 'this is not a record' : 'the line has no end');
      this.#isAfterUnreadable = true;
      this.#previous = undefined;
      return;
    }
    this.#checkNumber(found.seq, file, number);
    if (this.#previous !== undefined && hashOf(this.#previous, found.body) !== found.hash)
      this.#find(file, number, `record ${found.seq} was changed, or what was before it`);
    this.#previous = found.hash;
    this.#compare(found, file, number);
  }

  #checkNumber(seq: number, file: string, line: number): void {
    const isNext = seq === this.#expected || (this.#isAfterUnreadable && seq === this.#expected + 1);
    if (!isNext) {
      this.#find(file, line, `record ${seq} is where ${this.#expected} belongs`);
      this.#previous = undefined;
    }
    this.#isAfterUnreadable = false;
    this.#expected = seq + 1;
  }

  #compare({ seq, hash }: { seq: number; hash: string }, file: string | null, line: number | null): void {
    if (seq === this.#head.count && hash !== this.#head.hash)
      this.#find(file, line, `record ${seq} is not the one that the head in ${this.#head.log}.head covers`);
    for (const exported of this.#exported)
      if (seq === exported.count && hash !== exported.hash)
        this.#find(file, line, `record ${seq} is not the one that the exported head of ${exported.time} covers`);
  }

  #isComparable({ chain, count, time }: Head): boolean {
    if (chain !== this.#head.chain) {
      this.#find(null, null, `the exported head of ${time} is of another log: this one was begun anew`);
      return false;
    }
    if (count < this.#head.first - 1)
      this.#notes.push(`the exported head of ${time} covers records up to ${count}, which are past their time`);
    return true;
  }

  end(): LogReport {
    const { log, first, count } = this.#head;
    const { file = null, number = null } = this.#last ?? {};
    if (this.#expected <= count)
      this.#find(file, number, `the log ends before record ${this.#expected}; acknowledged are those up to ${count}`);
    for (const exported of this.#exported)
      if (exported.count > count)
        this.#find(
          null,
          null,
          `the exported head of ${exported.time} covers ${exported.count} records, the log ${count}`,
        );
    const [findings, notes] = [this.#findings, this.#notes];
    return { log, first, count, unacknowledged: this.#unacknowledged, findings, notes };
  }

  #find(file: string | null, line: number | null, problem: string): void {
    if (!this.isFull) this.#findings.push({ log: this.#head.log, file, line, problem });
  }
}
