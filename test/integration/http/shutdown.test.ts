import { expect } from 'chai';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { defaultHttpLimits } from '#server/http/limits.js';
import { ask } from '../../support/ask.js';
import { expectError } from '../../support/expect-error.js';
import { buildHttp, startHttp } from '../../support/http-fixture.js';

/** Resolves once `backend.resolve` has been entered. */
async function entered(calls: { readonly resolve: number }): Promise<void> {
  while (calls.resolve === 0) await new Promise(setImmediate);
}

describe('stopping', () => {
  it('lets a request in flight finish, takes no new one, and tells', async () => {
    const http = await startHttp();
    const open = http.backend.hold();
    const agent = new Agent({ keepAlive: true });
    const inFlight = ask(http.port, { path: '/orders/prod', agent });
    await entered(http.backend.calls);
    const closed = http.server.close('SIGTERM');
    await expectError('ECONNREFUSED', () => ask(http.port, { path: '/orders/prod' }));
    open();
    const reply = await inFlight;
    expect(reply.status).to.equal(200);
    await closed;
    expect(http.events.map(({ type }) => type)).to.deep.equal([
      'server-started',
      'server-stopping',
      'request-finished',
      'server-stopped',
    ]);
    agent.destroy();
  });

  it('closes idle connections at once', async () => {
    const http = await startHttp();
    const agent = new Agent({ keepAlive: true });
    await ask(http.port, { path: '/orders/prod', agent });
    await http.server.close();
    agent.destroy();
  });

  it('closes a connection that is kept alive after its last answer', async () => {
    const http = await startHttp();
    const open = http.backend.hold();
    const socket = connect(http.port, '127.0.0.1');
    socket.write('GET /orders/prod HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.resume();
    await entered(http.backend.calls);
    const closed = http.server.close();
    open();
    await Promise.all([once(socket, 'close'), closed]);
  });

  it('ends what is not finished in time', async () => {
    const http = await startHttp({ http: { limits: { ...defaultHttpLimits, stopTime: 20 } } });
    const open = http.backend.hold();
    const inFlight = expectError('ECONNRESET', () => ask(http.port, { path: '/orders/prod' }));
    await entered(http.backend.calls);
    await http.server.close();
    await inFlight;
    open();
  });

  it('happens once, however often it is asked for', async () => {
    const http = await startHttp();
    await Promise.all([http.server.close(), http.server.close('again')]);
    await http.server.close();
    expect(http.events.filter(({ type }) => type === 'server-stopping')).to.deep.equal([
      { type: 'server-stopping', reason: 'closed' },
    ]);
  });
});

describe('starting', () => {
  it('fails clearly where the port is taken', async () => {
    const first = await startHttp();
    const error = await expectError('CONFIG_LISTEN_FAILED', () => startHttp({ http: { port: first.port } }));
    expect(error.message).to.equal(`Cannot listen on 127.0.0.1 port ${first.port}: EADDRINUSE.`);
    await first.server.close();
  });

  it('is not needed before stopping', async () => {
    const { server } = buildHttp();
    await server.close();
    await server.close();
  });
});
