import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { defaultHttpLimits, type HttpLimits } from '#server/http/limits.js';
import { ask, jsonOf, sendRaw } from '../../support/ask.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
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

  it('is limited for header lines and bodies that come in drips', async () => {
    const http = await withLimits({ headersTime: 60, requestTime: 60, checkingInterval: 10 });
    const head = 'POST /encrypt HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n';
    const drips = ['GET /orders/prod HTTP/1.1\r\nHost: x\r\nX-Slow: ', head].map((text) => drip(http.port, text));
    for (const answer of await Promise.all(drips)) expect(answer).to.match(/^HTTP\/1\.1 408 /);
    await http.server.close();
  });

  it('is limited for a client that does not read its answer', async () => {
    const http = await withLimits({ writeTime: 50 });
    const large = 'x'.repeat(8 * 1024 * 1024);
    http.backend.addFile('large.txt', large);
    const socket = connect(http.port, '127.0.0.1');
    socket.pause();
    socket.write('GET /orders/prod/main/large.txt HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => (http.events.some(({ type }) => type === 'request-finished') ? true : undefined));
    // Stopping waits for every connection; nobody but the limit ends this one.
    await http.server.close();
    socket.destroy();
  });

  it('is not limited for a client that reads slowly, but reads', async () => {
    const http = await withLimits({ writeTime: 100 });
    http.backend.addFile('large.txt', 'x'.repeat(4 * 1024 * 1024));
    const { body } = await ask(http.port, { path: '/orders/prod/main/large.txt' });
    expect(body.length).to.equal(4 * 1024 * 1024);
    await http.server.close();
  });
});

describe('connections', () => {
  it('are closed past the limit of one address, and taken again once others have ended', async () => {
    const http = await withLimits({ connectionsPerAddress: 2 });
    const open = await Promise.all([1, 2].map(() => opened(http.port)));
    await expectError('ECONNRESET', () => ask(http.port, { path: '/orders/prod' }));
    await expectError('ECONNRESET', () => ask(http.port, { path: '/orders/prod' }));
    for (const socket of open) socket.destroy();
    const { status } = await eventually(() => ask(http.port, { path: '/orders/prod' }));
    expect(status).to.equal(200);
    const told = http.events.filter(({ type }) => type === 'connection-ended');
    expect(told).to.deep.equal([
      { type: 'connection-ended', address: '127.0.0.1', reason: 'too many connections of one address are open' },
    ]);
    await http.server.close();
  });

  it('are closed past the limit of all', async () => {
    const http = await withLimits({ connections: 1 });
    const socket = await opened(http.port);
    await expectError('ECONNRESET', () => ask(http.port, { path: '/orders/prod' }));
    socket.destroy();
    await http.server.close();
    expect(http.events.filter(({ type }) => type === 'connection-ended')).to.have.length(1);
  });
});

/** A connection that has been answered once. */
async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /orders/prod HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  return socket;
}

/** Sends `text`, then a byte every few milliseconds, until the server has had enough; what it answered. */
async function drip(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  socket.write(text);
  const timer = setInterval(() => socket.write('x'), 5);
  await once(socket, 'close');
  clearInterval(timer);
  return received;
}
