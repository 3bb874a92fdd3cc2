import { expect } from 'chai';
import { genesis, seal } from '#server/audit/seal.js';
import { createStdoutSink } from '#server/audit/sinks/stdout.js';
import { aDecision, anOccasion, auditIn, auditLimits } from '#support/audit-log.js';
import { createCleanups } from '#support/cleanups.js';
import { eventually } from '#support/eventually.js';
import { expectError } from '#support/expect-error.js';
import { createMemorySink } from '#support/memory-sink.js';
import { tempFolders } from '#support/temp-folders.js';

describe('sinks of the audit beside the file', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const anAudit = async () => auditIn(await cleanups.add(tempFolders()).create());

  it('have the lines of the file, with their numbers, and the heads at the end', async () => {
    const kept = await anAudit();
    const [one, two] = [createMemorySink('one'), createMemorySink('two')];
    const audit = await kept.open({ sinks: [one, two] });
    await audit.record(aDecision(), anOccasion);
    await audit.close();
    const filed = await kept.records('queries');
    const of = (log: string): readonly unknown[] =>
      one.parsed().filter((_, index) => one.records[index]?.log === log && one.records[index].seq !== null);
    expect(of('queries')).to.deep.equal(filed);
    expect(of('changes')).to.deep.equal(await kept.records('changes'));
    expect(two.records.length).to.equal(one.records.length);
    expect(one.parsed().slice(-2)).to.deep.equal(audit.heads());
    expect([one.isClosed, two.isClosed]).to.deep.equal([true, true]);
  });

  it('hold nobody up while they are away, and have everything when they are back', async () => {
    const kept = await anAudit();
    const sink = createMemorySink();
    const audit = cleanups.add(await kept.open({ sinks: [sink] }));
    sink.isAway = true;
    for (let i = 0; i < 5; i += 1) await audit.record(aDecision(), anOccasion);
    await eventually(() => kept.events.length > 0 || undefined);
    expect([audit.isReady(), audit.health().status]).to.deep.equal([true, 'UP']);
    sink.isAway = false;
    await eventually(() => kept.events.length > 1 || undefined);
    expect(kept.events).to.deep.equal([
      { type: 'audit-failed', sink: 'memory', message: 'records cannot be kept: ECONNREFUSED', diagnostics: {} },
      { type: 'audit-recovered', sink: 'memory', dropped: 0 },
    ]);
    const numbers = sink.records.filter(({ log, seq }) => log === 'queries' && seq !== null).map(({ seq }) => seq);
    expect(numbers).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('drop what is past their queue, and tell of it by their name', async () => {
    const kept = await anAudit();
    const sink = createMemorySink();
    const limits = { ...auditLimits, records: 10 };
    const audit = cleanups.add(await kept.open({ sinks: [sink], limits, backpressure: 'drop-and-count' }));
    sink.isAway = true;
    for (let i = 0; i < 20; i += 1) {
      void audit.record(aDecision(), anOccasion);
      await eventually(async () => ((await kept.records('queries')).length > i ? true : undefined));
    }
    sink.isAway = false;
    const gap = await eventually(() => sink.parsed().find(({ kind }) => kind === 'gap'));
    expect(gap).to.include({ sink: 'memory', refused: 0 });
    expect(gap['dropped']).to.be.greaterThan(5);
  });

  it('make a server that blocks refuse when their queue is almost full', async () => {
    const kept = await anAudit();
    const sink = createMemorySink();
    const audit = cleanups.add(await kept.open({ sinks: [sink], limits: { ...auditLimits, records: 10 } }));
    sink.isAway = true;
    await eventually(async () => {
      if (!audit.isReady()) return true;
      await audit.record(aDecision(), anOccasion);
      return undefined;
    });
    expect(audit.health().status).to.equal('DOWN');
    sink.isAway = false;
    await eventually(() => audit.isReady() || undefined);
  });
});

describe('an audit without a file', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const anAudit = async () => auditIn(await cleanups.add(tempFolders()).create());

  it('has records in a chain of its own from its start', async () => {
    const kept = await anAudit();
    const sink = createMemorySink();
    const audit = await kept.openWithout({ sinks: [sink], backpressure: 'drop-and-count' });
    for (let i = 0; i < 3; i += 1) expect(audit.record(aDecision(), anOccasion)).to.equal(undefined);
    await audit.close();
    const own = sink.records.filter(({ log }) => log === 'queries');
    const { chain } = own[0] ?? { chain: '' };
    const texts = own.map(({ line }) => line.replace(/^\{"seq":\d+,/, '').replace(/,"hash":"\w+"\}$/, ''));
    expect(own.map(({ line }) => line)).to.deep.equal(seal({ seq: 0, hash: genesis('queries', chain) }, texts).lines);
    expect([audit.heads(), audit.reader]).to.deep.equal([[], undefined]);
  });

  it('waits in block for every sink, refuses while one is away, and tells of the gap', async () => {
    const kept = await anAudit();
    const [one, two] = [createMemorySink('one'), createMemorySink('two')];
    const audit = cleanups.add(await kept.openWithout({ sinks: [one, two] }));
    await audit.record(aDecision(), anOccasion);
    expect([one, two].map(({ records }) => records.filter(({ log }) => log === 'queries').length)).to.deep.equal([
      1, 1,
    ]);
    two.isAway = true;
    const refused = await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
    expect(`${refused.message} ${JSON.stringify(kept.events)}`).to.not.contain('canary');
    expect([audit.isReady(), audit.health()]).to.deep.equal([
      false,
      {
        status: 'DOWN',
        details: {
          sinks: [
            { sink: 'queries', state: 'failing', dropped: 0 },
            { sink: 'changes', state: 'well', dropped: 0 },
          ],
        },
      },
    ]);
    two.isAway = false;
    await eventually(() => audit.isReady() || undefined);
    const gap = two.parsed().find(({ kind }) => kind === 'gap');
    expect(gap).to.include({ dropped: 0, refused: 1 });
  });
});

describe('the sink stdout', () => {
  const record = { log: 'queries', chain: 'c', seq: 1, line: '{"seq":1}' };

  it('marks its lines', async () => {
    let written = '';
    await createStdoutSink({ write: (text) => (written += text) }).deliver(
      [record, { ...record, log: 'changes' }],
      new AbortController().signal,
    );
    expect(written).to.equal('{"audit":"queries","seq":1}\n{"audit":"changes","seq":1}\n');
  });

  it('waits where nothing is read, but not for ever', async () => {
    let drain = (): void => undefined;
    const stream = { write: () => false, once: (_: 'drain', listener: () => void) => void (drain = listener) };
    const sink = createStdoutSink(stream);
    const delivered = sink.deliver([record], new AbortController().signal);
    drain();
    await delivered;
    const late = new AbortController();
    const failed = sink.deliver([record], late.signal).catch((error: unknown) => String(error));
    late.abort();
    expect(await failed).to.contain('nothing is read');
    await sink.close();
  });
});
