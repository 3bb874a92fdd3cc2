import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { defaultHttpLimits, type HttpLimits } from '#server/http/limits.js';
import { ask, jsonOf, sendRaw } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const withLimits = (limits: Partial<HttpLimits>): Promise<HttpFixture> =>
  startHttp({ http: { limits: { ...defaultHttpLimits, ...limits } } });

describe('limits of a request', () => {
  let http: HttpFixture;
  before(async () => {
    http = await startHttp();
  });
  after(() => http.server.close());

  it('refuse a target past 8 KiB with 414, at any length', async () => {
    for (const length of [8 * 1024 + 1, 20_000, 60_000]) {
      const reply = await ask(http.port, { path: `/${'a'.repeat(length - 1)}` });
      expect([length, reply.status]).to.deep.equal([length, 414]);
      expect(reply.headers['content-type']).to.equal('application/problem+json');
    }
    expect((await ask(http.port, { path: `/orders/prod?${'a'.repeat(8 * 1024 - 13)}` })).status).to.equal(200);
  });

  it('refuse header lines past their limit with 431', async () => {
    const reply = await ask(http.port, { path: '/orders/prod', headers: { 'x-large': 'a'.repeat(40_000) } });
    expect(reply.status).to.equal(431);
  });

  it('refuse a body that is announced as past 1 MiB with 413', async () => {
    const body = Buffer.alloc(1024 * 1024 + 1, 'a');
    for (const path of ['/encrypt', '/orders/prod']) {
      const reply = await ask(http.port, { path, method: 'POST', body });
      expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([413, 'CONFIG_TOO_LARGE']);
    }
  });

  it('refuse a body that turns out to be past 1 MiB with 413', async () => {
    const outgoing = request({ host: '127.0.0.1', port: http.port, path: '/encrypt', method: 'POST' });
    outgoing.write(Buffer.alloc(700_000, 'a'));
    outgoing.end(Buffer.alloc(700_000, 'a'));
    const [incoming] = (await once(outgoing, 'response')) as [{ statusCode: number; resume(): void }];
    incoming.resume();
    expect(incoming.statusCode).to.equal(413);
  });

  it('take a body up to 1 MiB', async () => {
    const reply = await ask(http.port, { path: '/encrypt', method: 'POST', body: Buffer.alloc(1024 * 1024, 'a') });
    expect(jsonOf(reply)['status']).to.equal('NO_KEY');
  });
});

describe('the time of a request', () => {
  it('is limited: 503, and the work is aborted', async () => {
    const http = await withLimits({ answerTime: 20 });
    const signals: AbortSignal[] = [];
    const { backend } = http;
    const resolve = backend.resolve.bind(backend);
    Object.assign(backend, {
      resolve: (...args: Parameters<typeof resolve>) => {
        signals.push(args[1]);
        return resolve(...args);
      },
    });
    const open = backend.hold();
    const reply = await ask(http.port, { path: '/orders/prod' });
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([503, 'CONFIG_TIMEOUT']);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true]);
    open();
    await http.server.close();
  });

  it('ends when its client goes away: the work is aborted', async () => {
    const http = await startHttp();
    const { backend } = http;
    const aborted = new Promise<void>((done) => {
      Object.assign(backend, {
        resolve: (_query: unknown, signal: AbortSignal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('aborted'));
              done();
            });
            socket.destroy();
          }),
      });
    });
    const socket = connect(http.port, '127.0.0.1', () => {
      socket.write('GET /orders/prod HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    await aborted;
    await http.server.close();
    const finished = http.events.flatMap((event) => (event.type === 'request-finished' ? [event.status] : []));
    expect(finished).to.deep.equal([499]);
    expect(http.events.map(({ type }) => type)).not.to.include('request-failed');
  });

  it('is limited for header lines that never end', async () => {
    const http = await withLimits({ headersTime: 20, checkingInterval: 10 });
    expect(await sendRaw(http.port, 'GET /orders/prod HTTP/1.1\r\nHost: x\r\nX-Slow: ')).to.match(/^HTTP\/1\.1 408 /);
    await http.server.close();
  });
});
