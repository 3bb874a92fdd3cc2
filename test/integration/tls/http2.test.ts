import { expect } from 'chai';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect } from 'node:tls';
import { comparable, connectHttp2, type Http2Client } from '../../support/ask-http2.js';
import { ask, type Question } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { clientAuthority, serverAuthority, startTlsStage, type TlsStage } from '../../support/tls-stage.js';

const tls = { ca: serverAuthority.cert };
const targets = [
  '/orders/default',
  '/orders/default/missing',
  '/orders-default.yml',
  '/orders-default.json?resolvePlaceholders=false',
  '/orders/..%2f',
  '/orders',
  '/orders/default/main/orders.yml',
  '/actuator/info',
  `/${'x'.repeat(9000)}/default`,
];
const preferences: readonly Readonly<Record<string, string>>[] = [
  {},
  { accept: 'application/vnd.spring-cloud.config-server.v2+json' },
  { accept: 'text/html' },
  { 'accept-encoding': 'gzip' },
  { 'if-none-match': '*' },
];
const read = targets.flatMap((path) =>
  preferences.flatMap((headers) => ['GET', 'HEAD', 'OPTIONS'].map((method) => ({ path, headers, method }))),
);
const posted: readonly Omit<Question, 'agent'>[] = [
  { path: '/encrypt', method: 'POST', body: 'secret', headers: { 'content-type': 'text/plain' } },
  { path: '/monitor', method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
  { path: '/orders/default', method: 'POST', body: 'x' },
  { path: '/encrypt', method: 'POST', body: 'x'.repeat(2_000_000), headers: { 'content-type': 'text/plain' } },
];

/** A stream that is opened and reset at once. */
async function givenUp({ session }: Http2Client): Promise<void> {
  if (session.destroyed) return;
  const stream = session.request({ ':path': '/orders/default' });
  stream.on('error', () => undefined);
  stream.close(constants.NGHTTP2_CANCEL);
  await new Promise((resolve) => stream.once('close', resolve));
}

describe('HTTP/2', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function open(options: object = {}): Promise<{ stage: TlsStage; client: Http2Client }> {
    const stage = await startTlsStage(cleanups, options);
    const client = connectHttp2(stage.port, tls);
    cleanups.add({ close: () => Promise.resolve(void client.socket.destroy()) });
    return { stage, client };
  }
  const untimed = (reply: unknown): string =>
    JSON.stringify(reply).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|"?(content-length|etag): [^"]*"|x-config-age: \d+/g, '');

  it('answers every request as HTTP/1.1 does: status, headers, bytes', async () => {
    const { stage, client } = await open();
    for (const question of [...read, ...posted]) {
      const one = comparable(await ask(stage.port, { ...question, tls }));
      const two = comparable(await client.ask(question));
      const title = `${question.method ?? 'GET'} ${question.path.slice(0, 60)} ${JSON.stringify(question.headers)}`;
      expect(untimed(two), title).to.equal(untimed(one));
    }
  });

  it('knows who asks by a certificate, and nobody without one', async () => {
    const { cert, key } = clientAuthority.issue({ name: 'x', uris: ['spiffe://example.com/orders'] });
    const { stage, client: nobody } = await open({
      files: { 'clients.crt': clientAuthority.cert },
      tls: ({ path }: { path: string }) => ({
        'client-authentication': 'optional',
        'client-ca-certificates-file': `${path}/clients.crt`,
      }),
      settings: {
        security: {
          certificates: { entries: [{ identity: 'spiffe://example.com/*', roles: ['reader'] }] },
          policy: { rules: [{ name: 'all', roles: ['reader'], applications: ['*'], effect: 'allow' }] },
        },
      },
    });
    const somebody = connectHttp2(stage.port, { ...tls, cert, key });
    for (let i = 0; i < 3; i += 1) {
      expect((await somebody.ask({ path: '/orders/default' })).status).to.equal(200);
      expect((await nobody.ask({ path: '/orders/default' })).status).to.equal(401);
    }
    await somebody.close();
  });

  it('is left out where the settings say so', async () => {
    const stage = await startTlsStage(cleanups, { server: { http2: false } });
    const socket = connect({ host: '127.0.0.1', port: stage.port, ALPNProtocols: ['h2', 'http/1.1'], ...tls });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).to.equal('http/1.1');
    socket.destroy();
  });

  it('ends a connection that opens streams only to give them up', async () => {
    const { stage, client } = await open();
    expect((await client.ask({ path: '/orders/default' })).status).to.equal(200);
    const gone = once(client.socket, 'close');
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => givenUp(client)));
    }
    for (let i = 0; i < 50; i += 1) void givenUp(client);
    await gone;
    await eventually(() => stage.log().find(({ event }) => event === 'connection-ended'));
    expect((await ask(stage.port, { path: '/orders/default', tls })).status).to.equal(200);
  });

  it('refuses headers past the limits, and goes on', async () => {
    const { client } = await open();
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`x-${i}`, '1']));
    for (const headers of [{ 'x-long': 'x'.repeat(30_000) }, many])
      await expectError('ERR_HTTP2_STREAM_ERROR', () => client.ask({ path: '/orders/default', headers }));
    expect((await client.ask({ path: '/orders/default' })).status).to.equal(200);
  });

  it('says goodbye when the server stops', async () => {
    const { client } = await open();
    await client.ask({ path: '/orders/default' });
    const closed = once(client.socket, 'close');
    await cleanups.run();
    await closed;
  });
});
