import { expect } from 'chai';
import { createPostgresqlSink } from '#server/audit/sinks/postgresql.js';
import type { PostgresqlOptions } from '#server/audit/sinks/postgresql.js';
import type { SinkRecord } from '#server/audit/sinks/sink.js';
import { aDecision, anOccasion, auditIn } from '../support/audit-log.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { needPostgresql, startPostgresql } from '../support/real-postgresql.js';
import type { RealPostgresql } from '../support/real-postgresql.js';
import { selfSigned } from '../support/self-signed.js';
import { tempFolders } from '../support/temp-folders.js';

const time = '2026-11-24T08:46:10.123Z';

function aRecord(seq: number | null, members: object = {}): SinkRecord {
  return { log: 'queries', chain: 'c0', seq, line: JSON.stringify({ time, kind: 'decision', ...members }) };
}

describe('the sink postgresql, with a real one', () => {
  const cleanups = createCleanups();
  const cleanupsOfAll = createCleanups();
  let database: RealPostgresql;
  before(async function () {
    needPostgresql(this);
    database = cleanupsOfAll.add(await startPostgresql());
  });
  after(() => cleanupsOfAll.run());
  afterEach(() => cleanups.run());

  const optionsOf = (differing: Partial<PostgresqlOptions> = {}): PostgresqlOptions => ({
    host: '127.0.0.1',
    port: database.port,
    database: database.database,
    username: database.username,
    password: database.password,
    tls: { ca: selfSigned.cert },
    table: 'cairn_audit',
    createTable: true,
    timeoutMs: 5_000,
    ...differing,
  });
  const aSink = (differing: Partial<PostgresqlOptions> = {}) =>
    cleanups.add(createPostgresqlSink(optionsOf(differing)));
  const soon = (): AbortSignal => AbortSignal.timeout(5_000);

  it('makes its table, and keeps the lines as they are, with columns to look them up by', async () => {
    await aSink({ table: 'lines' }).deliver(
      [aRecord(1, { outcome: 'denied', principal: 'a\0nn', application: 'orders' }), aRecord(null, { kind: 'gap' })],
      soon(),
    );
    const rows = await database.query(
      'select log, chain, seq, time, kind, outcome, principal, application from lines order by id',
    );
    const common = { log: 'queries', chain: 'c0', time: new Date(time) };
    expect(rows).to.deep.equal([
      { ...common, seq: '1', kind: 'decision', outcome: 'denied', principal: 'a\ufffdnn', application: 'orders' },
      { ...common, seq: null, kind: 'gap', outcome: null, principal: null, application: null },
    ]);
  });

  it('refuses to have records changed or removed', async () => {
    await aSink({ table: 'guarded' }).deliver([aRecord(1)], soon());
    for (const statement of ["update guarded set outcome = 'allowed'", 'delete from guarded', 'truncate guarded']) {
      const error = (await database.query(statement).catch((failure: unknown) => failure)) as Error;
      expect(error.message, statement).to.equal('records of the audit are never changed');
    }
    expect(await database.query('select seq from guarded')).to.deep.equal([{ seq: '1' }]);
  });

  it('has a record once, however often it was sent', async () => {
    const sink = aSink({ table: 'once' });
    await sink.deliver([aRecord(1), aRecord(2)], soon());
    await sink.deliver([aRecord(2), aRecord(3)], soon());
    expect(await database.query('select seq from once order by seq')).to.deep.equal([
      { seq: '1' },
      { seq: '2' },
      { seq: '3' },
    ]);
  });

  it('fails with a wrong password, an unknown certificate and a missing table, without a word of the password', async () => {
    const password = 'canary-of-the-test';
    const refused = await expectError('28P01', () => aSink({ password }).deliver([aRecord(1)], soon()));
    await expectError('DEPTH_ZERO_SELF_SIGNED_CERT', () => aSink({ tls: {} }).deliver([aRecord(1)], soon()));
    await expectError('42P01', () => aSink({ createTable: false, table: 'missing' }).deliver([aRecord(1)], soon()));
    expect(String(refused)).to.not.contain('canary');
  });

  it('has every record after the database was away, in block with a file', async () => {
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    const audit = await kept.open({ sinks: [createPostgresqlSink(optionsOf({ table: 'away' }))] });
    await audit.record(aDecision(), anOccasion);
    await eventually(async () => ((await database.query('select 1 from away')).length > 0 ? true : undefined));
    await database.stop();
    for (let i = 0; i < 20; i += 1) await audit.record(aDecision(), anOccasion);
    await eventually(() => kept.events.some(({ type }) => type === 'audit-failed') || undefined);
    await database.start();
    await eventually(() => kept.events.some(({ type }) => type === 'audit-recovered') || undefined);
    await audit.close();
    const lines = await database.query(
      "select line::jsonb as record from away where log = 'queries' and seq is not null order by seq",
    );
    expect(lines.map(({ record }) => record)).to.deep.equal(await kept.records('queries'));
    expect(JSON.stringify(kept.events)).to.not.contain('canary');
  });

  it('has what was answered in block without a file, and refuses while it is away', async () => {
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    const sink = createPostgresqlSink(optionsOf({ table: 'alone' }));
    const audit = cleanups.add(await kept.openWithout({ sinks: [sink] }));
    await audit.record(aDecision({ application: 'first' }), anOccasion);
    const applications = (): Promise<unknown> =>
      database.query("select application from alone where kind = 'decision' order by id");
    expect(await applications()).to.deep.equal([{ application: 'first' }]);
    await database.stop();
    await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
    expect(audit.isReady()).to.equal(false);
    await database.start();
    await eventually(() => audit.isReady() || undefined);
    await audit.record(aDecision({ application: 'second' }), anOccasion);
    expect(await applications()).to.deep.equal([{ application: 'first' }, { application: 'second' }]);
  });
});
