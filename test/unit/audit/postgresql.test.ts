import { expect } from 'chai';
import { createPostgresqlSink } from '#server/audit/sinks/postgresql.js';
import type { Connect, PostgresqlOptions } from '#server/audit/sinks/postgresql.js';
import { rowsOf } from '#server/audit/sinks/postgresql-statements.js';
import type { SinkRecord } from '#server/audit/sinks/sink.js';
import { expectError } from '#support/expect-error.js';

const options: PostgresqlOptions = {
  host: '127.0.0.1',
  port: 1,
  database: 'cairn',
  tls: null,
  table: 'audit.cairn',
  createTable: true,
  timeoutMs: 2_000,
};
const record: SinkRecord = { log: 'queries', chain: 'c0', seq: 1, line: '{"seq":1,"time":"t","kind":"decision"}' };
const { signal } = new AbortController();

/** Connections that tell what they were asked, and fail what matches. */
function aDatabase() {
  const asked: string[] = [];
  const state = { failing: /^$/, lose: (): void => undefined };
  const connect: Connect = (_, onLost) => {
    asked.push('connect');
    state.lose = onLost;
    return Promise.resolve({
      query: (statement) => {
        asked.push(statement.slice(0, 6));
        return state.failing.test(statement) ? Promise.reject(new Error('failed')) : Promise.resolve();
      },
      end: () => {
        asked.push('end');
        return Promise.resolve();
      },
    });
  };
  return { asked, state, connect };
}

describe('the sink postgresql', () => {
  it('makes its table once a connection, then inserts over it, and says goodbye', async () => {
    const { asked, connect } = aDatabase();
    const sink = createPostgresqlSink(options, connect);
    await Promise.all([sink.deliver([record], signal), sink.deliver([record], signal)]);
    await sink.close();
    await sink.close();
    expect(asked).to.deep.equal(['connect', 'DO $$ ', 'INSERT', 'INSERT', 'end']);
    expect(await sink.deliver([record], signal).catch(String)).to.equal('Error: closed');
  });

  it('connects anew after a failure and after a loss', async () => {
    const { asked, connect, state } = aDatabase();
    const sink = createPostgresqlSink({ ...options, createTable: false }, connect);
    state.failing = /INSERT/;
    expect(await sink.deliver([record], signal).catch(String)).to.equal('Error: failed');
    state.failing = /^$/;
    await sink.deliver([record], signal);
    state.lose();
    await sink.deliver([record], signal);
    await sink.close();
    expect(asked).to.deep.equal(['connect', 'INSERT', 'end', 'connect', 'INSERT', 'connect', 'INSERT', 'end']);
  });

  it('ends a connection on which the table cannot be made', async () => {
    const { asked, connect, state } = aDatabase();
    state.failing = /CREATE/;
    const sink = createPostgresqlSink(options, connect);
    expect(await sink.deliver([record], signal).catch(String)).to.equal('Error: failed');
    expect(asked).to.deep.equal(['connect', 'DO $$ ', 'end']);
    await sink.close();
  });

  it('fails where no database listens, with and without TLS and a login', async () => {
    const login = { username: 'u', password: 'canary' };
    for (const differing of [{}, login, { tls: { ca: '' } }]) {
      const sink = createPostgresqlSink({ ...options, ...differing });
      const error = await expectError('ECONNREFUSED', () => sink.deliver([record], signal));
      expect(String(error)).to.not.contain('canary');
      await sink.close();
    }
  });

  it('has columns of what is there, and heads as a kind of their own', () => {
    const head = { ...record, seq: null, line: '{"log":"queries","time":"t"}' };
    expect(rowsOf([record, head])).to.deep.equal([
      ['queries', 'queries'],
      ['c0', 'c0'],
      [1, null],
      ['t', 't'],
      ['decision', 'head'],
      [null, null],
      [null, null],
      [null, null],
      [record.line, head.line],
    ]);
  });
});
