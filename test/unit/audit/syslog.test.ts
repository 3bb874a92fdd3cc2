import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createSyslogSink } from '#server/audit/sinks/syslog.js';
import { syslogFrame } from '#server/audit/sinks/syslog-message.js';
import type { SinkRecord } from '#server/audit/sinks/sink.js';
import { createCleanups } from '#support/cleanups.js';
import { eventually } from '#support/eventually.js';
import { expectError } from '#support/expect-error.js';
import { selfSigned } from '#support/self-signed.js';
import { startSyslogServer } from '#support/syslog-server.js';

const origin = { facility: 13, hostName: 'host.example.com', applicationName: 'cairn', processId: 7 };
const time = '2026-11-24T08:46:10.123Z';

function aRecord(line: string, seq = 1): SinkRecord {
  return { log: 'queries', chain: 'c0', seq, line };
}

describe('syslog messages', () => {
  const messages: readonly (readonly [string, string, string])[] = [
    [
      'an allowed decision',
      `{"seq":1,"time":"${time}","outcome":"allowed"}`,
      `<110>1 ${time} host.example.com cairn 7 queries -`,
    ],
    [
      'a denied decision',
      `{"seq":1,"time":"${time}","outcome":"denied"}`,
      `<108>1 ${time} host.example.com cairn 7 queries -`,
    ],
    ['a gap', `{"seq":1,"time":"${time}","kind":"gap"}`, `<107>1 ${time} host.example.com cairn 7 queries -`],
    [
      'what a principal is called',
      `{"time":"${time}","principal":"\\"kind\\":\\"gap\\""}`,
      `<110>1 ${time} host.example.com cairn 7 queries -`,
    ],
    ['a record without a time', '{"seq":1}', '<110>1 - host.example.com cairn 7 queries -'],
  ];
  for (const [title, line, head] of messages) {
    it(`have priority, time and origin of ${title}`, () => {
      const message = `${head} ${line}`;
      expect(syslogFrame(aRecord(line), origin)).to.equal(`${message.length} ${message}`);
    });
  }

  it('have a dash for a name that cannot be said', () => {
    expect(syslogFrame(aRecord('{}'), { ...origin, hostName: 'ü ', applicationName: 'a b' })).to.contain(' - ab 7 ');
  });
});

describe('the sink syslog', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const soon = (): AbortSignal => AbortSignal.timeout(5_000);
  const aSink = (port: number) =>
    cleanups.add(createSyslogSink({ host: '127.0.0.1', port, origin, ca: selfSigned.cert }));

  it('sends records over one connection, in order', async () => {
    const server = cleanups.add(await startSyslogServer());
    const sink = aSink(server.port);
    await sink.deliver([aRecord('{"seq":1}'), aRecord('{"seq":2}')], soon());
    await sink.deliver([aRecord('{"seq":3}')], soon());
    await eventually(() => server.messages.length === 3 || undefined);
    expect(server.messages.map((message) => message.slice(message.indexOf('{')))).to.deep.equal([
      '{"seq":1}',
      '{"seq":2}',
      '{"seq":3}',
    ]);
    expect(server.connections).to.equal(1);
  });

  it('connects anew after the connection was lost', async () => {
    const server = cleanups.add(await startSyslogServer());
    const sink = aSink(server.port);
    await sink.deliver([aRecord('{"seq":1}')], soon());
    await eventually(() => server.messages.length === 1 || undefined);
    server.dropConnections();
    await eventually(async () => {
      await sink.deliver([aRecord('{"seq":2}')], soon());
      return server.messages.find((message) => message.endsWith('{"seq":2}'));
    });
    expect(server.connections).to.equal(2);
  });

  it('fails where nobody listens, and where the certificate is not of one that is trusted', async () => {
    const server = await startSyslogServer();
    const untrusting = createSyslogSink({ host: '127.0.0.1', port: server.port, origin });
    await expectError('DEPTH_ZERO_SELF_SIGNED_CERT', () => untrusting.deliver([aRecord('{}')], soon()));
    await untrusting.close();
    await server.close();
    await expectError('ECONNREFUSED', () => aSink(server.port).deliver([aRecord('{}')], soon()));
    expect(server.messages).to.deep.equal([]);
  });

  it('gives up a connection that takes too long', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const sink = aSink((silent.address() as AddressInfo).port);
    const failures = [AbortSignal.timeout(20), AbortSignal.abort()].map((signal) =>
      sink.deliver([aRecord('{}')], signal).catch((error: unknown) => error),
    );
    for (const failure of failures) expect(await failure).to.be.instanceOf(Error);
    silent.close();
  });

  it('sends nothing once it is closed', async () => {
    const server = cleanups.add(await startSyslogServer());
    const sink = aSink(server.port);
    await sink.deliver([aRecord('{"seq":1}')], soon());
    await sink.close();
    await sink.close();
    const failed = await sink.deliver([aRecord('{"seq":2}')], soon()).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
  });

  it('is refused with certificates that cannot be read, without a word of the key', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      createSyslogSink({ host: 'logs.example.com', port: 1, origin, certificate: selfSigned.cert, key: 'canary' }),
    );
    expect(`${error.message} ${String(error.cause)}`).to.not.contain('canary');
  });
});
