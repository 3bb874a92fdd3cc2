import { expect } from 'chai';
import { createJournal } from '#server/audit/journal.js';
import type { Gap, Journal, JournalOptions } from '#server/audit/journal.js';
import { expectError } from '#support/expect-error.js';
import { createManualClock } from '#support/manual-clock.js';
import type { ManualClock } from '#support/manual-clock.js';
import { settle } from '#support/settle.js';

interface Stage {
  readonly journal: Journal<string>;
  readonly clock: ManualClock;
  readonly written: string[][];
  readonly told: unknown[];
  /** What the next writes do; none: they succeed. */
  readonly outcomes: ('fails' | 'hangs')[];
  /** Lets a write that hangs end. */
  readonly end: () => void;
  /** Lets everything happen that is due without time passing. */
  readonly turn: () => Promise<void>;
}

function aStage(differing: Partial<JournalOptions<string>> = {}): Stage {
  const clock = createManualClock();
  const written: string[][] = [];
  const told: unknown[] = [];
  const outcomes: Stage['outcomes'] = [];
  let end = (): void => undefined;
  const journal = createJournal<string>({
    mode: 'drop',
    limits: { records: 5, bytes: 1_000, gatherMs: 50, writeMs: 1_000, retryMs: 100 },
    bytesOf: (text) => text.length,
    gapEntry: ({ dropped, refused }: Gap) => `gap ${dropped} ${refused}`,
    write: async (texts) => {
      const outcome = outcomes.shift();
      if (outcome === 'fails') throw new Error('failed');
      if (outcome === 'hangs') await new Promise<void>((resolve) => (end = resolve));
      written.push([...texts]);
    },
    onFailed: (error) => told.push(String(error)),
    onRecovered: ({ dropped, refused }) => told.push([dropped, refused]),
    clock,
    ...differing,
  });
  return {
    journal,
    clock,
    written,
    told,
    outcomes,
    end: () => {
      end();
    },
    turn: settle,
  };
}

describe('a journal that drops and counts', () => {
  it('gathers records for one write', async () => {
    const { journal, clock, written, turn } = aStage();
    for (const text of ['a', 'b', 'c']) expect(journal.push(text)).to.equal(undefined);
    await turn();
    expect(written).to.deep.equal([]);
    clock.pass(50);
    await turn();
    expect(written).to.deep.equal([['a', 'b', 'c']]);
  });

  it('gathers again what comes while others are written', async () => {
    const { journal, clock, written, outcomes, end, turn } = aStage();
    outcomes.push('hangs');
    void journal.push('a');
    clock.pass(50);
    await turn();
    for (const text of ['b', 'c']) void journal.push(text);
    end();
    await turn();
    expect(written).to.deep.equal([['a']]);
    clock.pass(50);
    await turn();
    expect(written).to.deep.equal([['a'], ['b', 'c']]);
  });

  it('writes at once what fills most of the queue', async () => {
    const { journal, written, turn } = aStage();
    for (const text of ['a', 'b', 'c', 'd']) void journal.push(text);
    await turn();
    expect(written).to.deep.equal([['a', 'b', 'c', 'd']]);
  });

  it('keeps what could not be written, and tries again after longer and longer waits', async () => {
    const { journal, clock, written, outcomes, told, turn } = aStage();
    outcomes.push('fails', 'fails', 'fails');
    void journal.push('a');
    const waits: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      waits.push(clock.next);
      clock.pass(clock.next ?? 0);
      await turn();
    }
    expect(waits).to.deep.equal([50, 200, 400, 800]);
    expect(written).to.deep.equal([['a'], ['gap 0 0']]);
    expect(told).to.deep.equal(['Error: failed', [0, 0]]);
  });

  it('drops what is past its bounds, in records and in bytes, and tells how much behind what it has', async () => {
    const { journal, clock, written, told, turn } = aStage();
    for (const text of ['a', 'b', 'c', 'x'.repeat(1_000), 'd', 'e', 'f', 'g']) void journal.push(text);
    expect([journal.dropped, journal.isWell, journal.isRoomy]).to.deep.equal([3, false, false]);
    clock.pass(50);
    await turn();
    expect(written).to.deep.equal([['a', 'b', 'c', 'd', 'e'], ['gap 3 0']]);
    expect(told).to.deep.equal(['Error: more records than can be written', [3, 0]]);
    expect([journal.isWell, journal.isRoomy]).to.deep.equal([true, true]);
  });

  it('tells what was lost while a gap was told as another gap', async () => {
    const { journal, clock, written, outcomes, end, turn } = aStage();
    for (let i = 0; i < 6; i += 1) void journal.push('a');
    clock.pass(50);
    outcomes.push('fails');
    await turn();
    clock.pass(200);
    await turn();
    expect(written).to.deep.equal([['a', 'a', 'a', 'a', 'a'], ['gap 1 0']]);
    for (let i = 0; i < 6; i += 1) void journal.push('b');
    clock.pass(50);
    await turn();
    expect(written.slice(2)).to.deep.equal([['b', 'b', 'b', 'b', 'b'], ['gap 1 0']]);
    for (let i = 0; i < 6; i += 1) void journal.push('c');
    // The batch is written; the gap hangs while six more come.
    outcomes.push('hangs');
    clock.pass(50);
    await turn();
    for (let i = 0; i < 2; i += 1) void journal.push('d');
    end();
    await turn();
    clock.pass(50);
    await turn();
    expect(written.slice(4).map(([text]) => text)).to.deep.equal(['c', 'gap 3 0']);
  });

  it('writes what waits when it closes, and takes no more', async () => {
    const { journal, written } = aStage();
    void journal.push('a');
    const closing = journal.close();
    void journal.push('late');
    await closing;
    await journal.close();
    expect(written).to.deep.equal([['a'], ['gap 1 0']]);
  });

  it('does not wait for ever for a write when it closes', async () => {
    const { journal, clock, outcomes, written, turn } = aStage();
    outcomes.push('hangs');
    void journal.push('a');
    clock.pass(50);
    await turn();
    const closing = journal.close();
    clock.pass(1_000);
    await closing;
    expect(written).to.deep.equal([]);
  });

  it('writes large numbers of records in several batches', async () => {
    const limits = { records: 5_000, bytes: 10_000_000, gatherMs: 50, writeMs: 1_000, retryMs: 100 };
    const { journal, clock, written, turn } = aStage({ limits });
    for (let i = 0; i < 2_500; i += 1) void journal.push('a');
    clock.pass(50);
    await turn();
    expect(written.map(({ length }) => length)).to.deep.equal([1_024, 1_024, 452]);
  });
});

describe('a journal that blocks', () => {
  const blocking = { mode: 'block' } as const;

  it('has those of one moment wait together', async () => {
    const { journal, clock, written, turn } = aStage(blocking);
    const first = [journal.push('a'), journal.push('b')];
    expect(first[0]).to.equal(first[1]);
    await turn();
    expect([written, clock.next]).to.deep.equal([[['a', 'b']], undefined]);
    await first[0];
  });

  it('has who comes while others are written wait for as many as there were, a millisecond at most', async () => {
    const { journal, clock, written, outcomes, end, turn } = aStage(blocking);
    outcomes.push('hangs');
    const first = [journal.push('a'), journal.push('b')];
    await turn();
    const second = journal.push('c');
    expect(first[0]).to.not.equal(second);
    end();
    await first[0];
    await turn();
    expect([written, clock.next]).to.deep.equal([[['a', 'b']], 1]);
    void journal.push('d');
    void journal.push('e');
    await second;
    void journal.push('f');
    await turn();
    expect(written).to.deep.equal([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
    clock.pass(1);
    await turn();
    expect(written[2]).to.deep.equal(['f']);
    // It was alone: the next is not held back.
    await journal.push('g');
    expect(written[3]).to.deep.equal(['g']);
  });

  it('writes what is held back at once when it closes', async () => {
    const { journal, written, turn } = aStage(blocking);
    void journal.push('a');
    void journal.push('b');
    await turn();
    void journal.push('c');
    await journal.close();
    expect(written).to.deep.equal([['a', 'b'], ['c']]);
  });

  it('refuses all that wait when a write fails, and whatever comes until one succeeds again', async () => {
    const { journal, clock, written, outcomes, told, turn } = aStage(blocking);
    outcomes.push('fails', 'fails');
    const waiting = journal.push('a');
    await expectError('CONFIG_AUDIT_UNAVAILABLE', () => waiting);
    await expectError('CONFIG_AUDIT_UNAVAILABLE', () => journal.push('b'));
    expect(journal.isWell).to.equal(false);
    clock.pass(200);
    await turn();
    expect(journal.isWell).to.equal(false);
    clock.pass(400);
    await turn();
    expect([journal.isWell, written, told]).to.deep.equal([true, [['gap 0 2']], ['Error: failed', [0, 2]]]);
    await journal.push('c');
    expect(written[1]).to.deep.equal(['c']);
  });

  it('refuses those that wait too long, and is well again when the write ends', async () => {
    const { journal, clock, written, outcomes, end, turn } = aStage(blocking);
    outcomes.push('hangs');
    const waiting = journal.push('a');
    await turn();
    clock.pass(1_000);
    await expectError('CONFIG_AUDIT_UNAVAILABLE', () => waiting);
    end();
    await turn();
    expect([journal.isWell, written]).to.deep.equal([true, [['a'], ['gap 0 1']]]);
  });

  it('refuses past its bounds, and after its end', async () => {
    const { journal, outcomes, end, turn } = aStage(blocking);
    outcomes.push('hangs');
    const waiting = Array.from({ length: 5 }, async () => journal.push('a'));
    await expectError('CONFIG_AUDIT_UNAVAILABLE', () => journal.push('b'));
    expect(journal.isWell).to.equal(true);
    await turn();
    end();
    await Promise.all(waiting);
    await journal.close();
    await expectError('CONFIG_AUDIT_UNAVAILABLE', () => journal.push('c'));
  });
});
