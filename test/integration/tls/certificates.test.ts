import { expect } from 'chai';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { ask } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { serverAuthority, startTlsStage, type TlsStage } from '../../support/tls-stage.js';

const tls = { ca: serverAuthority.cert };

async function handshake(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ...tls, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function shownName(stage: TlsStage): Promise<string> {
  const socket = await handshake(stage.port);
  const name = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return name;
}

describe('a server over TLS', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('answers over TLS and not in clear', async () => {
    const stage = await startTlsStage(cleanups);
    expect(stage.url).to.equal(`https://127.0.0.1:${stage.port}`);
    const reply = await ask(stage.port, { path: '/orders-default.yml', tls });
    expect(reply.body.toString()).to.equal('max-items: 50\n');
    await expectError('ECONNRESET', () => ask(stage.port, { path: '/orders-default.yml' }));
  });

  it('speaks no version before 1.2, and only with forward secrecy', async () => {
    const { port } = await startTlsStage(cleanups);
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expectError('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', () => handshake(port, old));
    const weak = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:AES128-GCM-SHA256' };
    await expectError('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', () => handshake(port, weak));
    const socket = await handshake(port, { maxVersion: 'TLSv1.2' });
    expect(socket.getCipher().name).to.match(/^ECDHE-.*(GCM|CHACHA20)/);
    socket.destroy();
  });

  it('speaks 1.3 alone where that is the least', async () => {
    const { port } = await startTlsStage(cleanups, { tls: () => ({ 'min-version': '1.3' }) });
    await expectError('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', () => handshake(port, { maxVersion: 'TLSv1.2' }));
  });

  it('shows a replaced certificate without losing one of 100 requests a second', async () => {
    const stage = await startTlsStage(cleanups);
    const agent = new Agent({ keepAlive: true, maxSockets: 4, ...tls });
    const asked: Promise<number>[] = [];
    const request = async (kept: boolean): Promise<number> =>
      (await ask(stage.port, { path: '/orders/default', tls, ...(kept && { agent }) })).status;
    for (let i = 0; i < 150; i += 1) {
      asked.push(request(i % 2 === 0));
      if (i === 30) await stage.replace(serverAuthority.issue({ name: 'second' }));
      if (i === 90) await stage.replace(serverAuthority.issue({ name: 'third' }));
      await setTimeout(10);
    }
    expect(await Promise.all(asked)).to.deep.equal(asked.map(() => 200));
    await eventually(async () => ((await shownName(stage)) === 'third' ? true : undefined));
    agent.destroy();
  });

  it('keeps what it has where the new pair does not fit, and says so once', async () => {
    const stage = await startTlsStage(cleanups);
    await stage.files.write({ 'tls.key': serverAuthority.issue({ name: 'another' }).key });
    const told = () => stage.log().filter(({ event }) => event === 'tls-failed');
    await eventually(() => (told().length > 0 ? true : undefined));
    expect(await shownName(stage)).to.equal('first');
    const pair = serverAuthority.issue({ name: 'second' });
    await stage.replace(pair);
    await eventually(async () => ((await shownName(stage)) === 'second' ? true : undefined));
    const messages = told().map(({ msg }) => msg);
    expect(new Set(messages)).to.deep.equal(
      new Set(['TLS: the key is not the key of the certificate. What was there before goes on.']),
    );
    expect(JSON.stringify(stage.log())).not.to.include('BEGIN');
  });

  it('tells in its health when the certificate ends, and what keeps a new one from being used', async () => {
    const soon = new Date(Date.now() + 3 * 24 * 3_600_000);
    const stage = await startTlsStage(cleanups);
    const health = async (): Promise<unknown> => {
      const { status, body } = await ask(stage.port, { path: '/actuator/health/tls', tls });
      return [status, JSON.parse(body.toString())];
    };
    const certificateEnds = '2120-01-01T00:00:00.000Z';
    expect(await health()).to.deep.equal([200, { status: 'UP', details: { certificateEnds } }]);
    await stage.files.write({ 'tls.key': serverAuthority.issue({ name: 'another' }).key });
    const error = 'TLS: the key is not the key of the certificate.';
    const degraded = [200, { status: 'DEGRADED', details: { certificateEnds, error } }];
    await eventually(async () => {
      expect(await health()).to.deep.equal(degraded);
      return true;
    });
    await stage.replace(serverAuthority.issue({ name: 'ending', until: soon }));
    await eventually(() => stage.log().find(({ event }) => event === 'tls-ending'));
    expect(await health()).to.deep.equal([
      200,
      { status: 'DEGRADED', details: { certificateEnds: `${soon.toISOString().slice(0, 19)}.000Z` } },
    ]);
  });

  it('does not start without a pair that fits', async () => {
    const other = serverAuthority.issue({ name: 'other' });
    const pair = { ...serverAuthority.issue({ name: 'one' }), key: other.key };
    await expectError('CONFIG_TLS_INVALID', () => startTlsStage(cleanups, { pair }));
    await expectError('CONFIG_SETTINGS_INVALID', () => startTlsStage(cleanups, { tls: () => ({ 'key-file': null }) }));
    await expectError('CONFIG_TLS_INVALID', () =>
      startTlsStage(cleanups, { tls: ({ path }) => ({ 'key-file': `${path}/none` }) }),
    );
  });
});
