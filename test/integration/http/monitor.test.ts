import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { ask, jsonOf } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';
import { hexHmac, readWebhook, someWebhooks } from '../../support/webhooks.js';
import type { FixtureOptions, WebhooksFixture } from '../../support/webhooks.js';

interface Fixture extends HttpFixture {
  readonly hooks: WebhooksFixture;
}

async function start(options: FixtureOptions = {}, path = '/monitor', prefix = ''): Promise<Fixture> {
  const hooks = someWebhooks(options);
  return { ...(await startHttp({ http: { prefix, webhooks: { path, ...hooks.webhooks } } })), hooks };
}

const json = { 'Content-Type': 'application/json' };

describe('the route of webhooks', () => {
  let http: Fixture;
  before(async () => {
    http = await start();
  });
  after(() => http.server.close());

  it('answers with a list of names', async () => {
    const { headers, payload } = readWebhook('github-push');
    const reply = await ask(http.port, { path: '/monitor', method: 'POST', headers, body: JSON.stringify(payload) });

    expect([reply.status, reply.headers['content-type'], reply.headers['cache-control']]).to.deep.equal([
      200,
      'application/json',
      'no-store',
    ]);
    expect(reply.body.toString()).to.equal('["orders-dev","orders","billing-prod","billing"]');
  });

  const types: readonly (readonly [string | undefined, string, number])[] = [
    ['application/json', '{"path": "a.yml"}', 200],
    ['Application/JSON ; charset=utf-8', '{"path": "a.yml"}', 200],
    ['application/vnd.api+json', '{"path": "a.yml"}', 200],
    ['application/x-www-form-urlencoded;charset=UTF-8', 'path=a.yml', 200],
    ['application/x-www-form-urlencoded', 'path=', 200],
    ['application/x-www-form-urlencoded', 'x=a.yml', 400],
    ['application/json', 'path=a.yml', 400],
    ['application/json', '', 400],
    ['text/plain', 'x', 415],
    ['application/jsonp', '{}', 415],
    ['multipart/form-data; boundary=x', 'x', 415],
    [undefined, '{"path": "a.yml"}', 415],
  ];
  for (const [type, body, status] of types) {
    it(`answers ${status} to '${body}' as ${type ?? 'nothing'}`, async () => {
      const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
      expect((await ask(http.port, { path: '/monitor', method: 'POST', headers, body })).status).to.equal(status);
    });
  }

  it('says what it takes', async () => {
    const replies = await Promise.all([
      ask(http.port, { path: '/monitor', method: 'POST', headers: json, body: '[]' }),
      ask(http.port, { path: '/monitor', method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x' }),
      ask(http.port, { path: '/monitor', method: 'POST', headers: { ...json, Accept: 'text/html' }, body: '{}' }),
    ]);
    expect(replies.map(jsonOf).map(({ code }) => code)).to.deep.equal([
      'CONFIG_BODY_INVALID',
      'CONFIG_MEDIA_TYPE_UNSUPPORTED',
      'CONFIG_NOT_ACCEPTABLE',
    ]);
  });

  it('is for POST alone', async () => {
    const get = await ask(http.port, { path: '/monitor' });
    const below = await ask(http.port, { path: '/monitor/dev', method: 'POST', headers: json, body: '{}' });

    expect([get.status, get.headers['allow'], below.status]).to.deep.equal([405, 'OPTIONS, POST', 404]);
  });

  it('is where the settings say, never under the prefix, and its usual place stays reserved', async () => {
    const other = await start({}, '/hooks/config.x/monitor', '/config');
    const statuses = await Promise.all(
      ['/hooks/config.x/monitor', '/hooks/configyx/monitor', '/config/monitor', '/monitor'].map(async (path) => {
        const reply = await ask(other.port, { path, method: 'POST', headers: json, body: '{"path": "a.yml"}' });
        return reply.status;
      }),
    );
    await other.server.close();

    expect(statuses).to.deep.equal([200, 404, 404, 404]);
  });

  it('answers 401 to what is not signed, and tells no secret', async () => {
    const secret = 'canary-of-github';
    const signed = await start({ hosts: { github: { secret } } });
    const { headers, payload } = readWebhook('github-push');
    const body = JSON.stringify(payload);
    const send = (signature: Record<string, string>) =>
      ask(signed.port, { path: '/monitor', method: 'POST', headers: { ...headers, ...signature }, body });
    const replies = [
      await send({}),
      await send({ 'X-Hub-Signature-256': `sha256=${hexHmac('another', body)}` }),
      await send({ 'X-Hub-Signature-256': `sha256=${hexHmac(secret, body)}` }),
    ];
    await signed.server.close();

    expect(replies.map(({ status }) => status)).to.deep.equal([401, 401, 200]);
    expect([jsonOf(replies[0]!)['code'], replies[0]?.headers['www-authenticate']]).to.deep.equal([
      'CONFIG_UNAUTHENTICATED',
      'Webhook-Signature',
    ]);
    expect(JSON.stringify([replies.map((reply) => String(reply.body)), signed.hooks.events])).not.to.contain('canary');
  });

  it('answers 413 to a body of 100 MB after its first megabyte, and reads little more of it', async () => {
    const total = 100 * 1024 * 1024;
    const chunk = Buffer.alloc(64 * 1024, 'a');
    const socket = connect(http.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      'POST /monitor HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const writeOn = (): void => {
      while (socket.bytesWritten < total && !socket.destroyed) {
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        if (!socket.write('\r\n')) return;
      }
    };
    socket.on('drain', writeOn);
    writeOn();
    await closed;

    expect(answer).to.match(/^HTTP\/1\.1 413 /);
    expect(socket.bytesWritten).to.be.below(total / 2);
  });
});
