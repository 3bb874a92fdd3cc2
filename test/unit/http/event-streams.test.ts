import { expect } from 'chai';
import { once } from 'node:events';
import { connect, constants, createServer as createHttp2Server, type Http2ServerResponse } from 'node:http2';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEventStreams, type EventStreams, type EventStreamsOptions } from '#server/http/event-streams.js';
import type { EventStream } from '#server/http/event-stream.js';
import { defaultHttpLimits } from '#server/http/limits.js';
import { anonymousPrincipal, createPrincipal, type Principal } from '#server/security/principal.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';

const ann = (expiresAt: number | null = null): Principal =>
  createPrincipal({ name: 'ann', scheme: 'bearer', roles: ['reader'], expiresAt });
const event = { event: 'environment', id: 'x-1', data: `"${'x'.repeat(1000)}"` };

/** An answer to a real client on loopback, which reads it when a test says so. */
interface Exchange {
  readonly response: ServerResponse;
  readonly incoming: IncomingMessage;
}

describe('event streams', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function anExchange(): Promise<Exchange> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outgoing = request({ host: '127.0.0.1', port, agent: false }).end();
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    response.flushHeaders();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.on('error', () => undefined);
    cleanups.add({
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    });
    return { response, incoming };
  }
  function someStreams(more: Partial<EventStreamsOptions> = {}): EventStreams & { readonly clock: ManualClock } {
    const clock = createManualClock();
    return { clock, ...createEventStreams({ limits: defaultHttpLimits, clock, random: () => 0.5, ...more }) };
  }
  async function anOpen(
    streams: EventStreams,
    principal: Principal = anonymousPrincipal,
  ): Promise<EventStream & Exchange> {
    const exchange = await anExchange();
    const stream = streams.open({ principal, address: '127.0.0.1', response: exchange.response });
    stream.body.pipe(exchange.response);
    return { ...stream, ...exchange };
  }
  const read = async (incoming: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    return text;
  };

  it('are texts of events and comments, which end as answers do', async () => {
    const streams = someStreams();
    const stream = await anOpen(streams);
    stream.send({ event: 'environment', id: 'x-1', data: '{}' });
    streams.clock.pass(15_000);
    stream.end();
    stream.end();
    stream.send(event);
    expect(await read(stream.incoming)).to.equal('retry: 3000\n\nevent: environment\nid: x-1\ndata: {}\n\n:\n\n');
    expect([stream.incoming.complete, streams.clock.next]).to.deep.equal([true, undefined]);
  });

  it('end when the credential does, and not after their time', async () => {
    const streams = someStreams();
    const short = await anOpen(streams, ann(streams.clock.now() + 30_000));
    const long = await anOpen(streams, ann(streams.clock.now() + 3_600_000));
    streams.clock.pass(29_999);
    expect(short.signal.aborted).to.equal(false);
    streams.clock.pass(1);
    expect([short.signal.aborted, long.signal.aborted]).to.deep.equal([true, false]);
    streams.clock.pass(540_000);
    expect(long.signal.aborted).to.equal(true);
  });

  it('is cut off where what it is sent is not taken', async () => {
    const stream = await anOpen(someStreams());
    stream.incoming.pause();
    // The socket's own buffers are filled first.
    while (!stream.signal.aborted) {
      stream.send(event);
      await new Promise(setImmediate);
    }
    expect([stream.body.destroyed, stream.response.destroyed]).to.deep.equal([true, true]);
    stream.incoming.resume();
    await new Promise((resolve) => stream.incoming.once('close', resolve));
    expect(stream.incoming.complete).to.equal(false);
  });

  it('is cut off over HTTP/2 too, and the connection goes on', async () => {
    const server = createHttp2Server();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    cleanups.add({
      close: async () => {
        client.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    });
    const incoming = client.request({ ':path': '/' });
    incoming.on('error', () => undefined);
    const [, response] = (await once(server, 'request')) as [unknown, Http2ServerResponse];
    const stream = someStreams().open({ principal: anonymousPrincipal, address: null, response });
    stream.body.pipe(response);
    while (!stream.signal.aborted) {
      stream.send(event);
      await new Promise(setImmediate);
    }
    incoming.resume();
    await new Promise((resolve) => incoming.once('close', resolve));
    expect([incoming.rstCode, client.destroyed]).to.deep.equal([constants.NGHTTP2_CANCEL, false]);
  });

  it('give their place back when their client goes', async () => {
    const streams = someStreams({ limits: { ...defaultHttpLimits, eventStreamsPerClient: 1 } });
    const stream = await anOpen(streams, ann());
    await expectError('CONFIG_RATE_LIMITED', () => anOpen(streams, ann()));
    stream.body.destroy();
    await once(stream.signal, 'abort');
    expect(streams.clock.next).to.equal(undefined);
    await anOpen(streams, ann());
  });

  it('are counted by principal, wherever it comes from', async () => {
    const streams = someStreams({ limits: { ...defaultHttpLimits, eventStreamsPerClient: 1 } });
    const { response } = await anExchange();
    streams.open({ principal: ann(), address: '192.0.2.1', response });
    const again = (principal: Principal, address: string | null): Promise<EventStream> =>
      Promise.resolve().then(() => streams.open({ principal, address, response }));
    await expectError('CONFIG_RATE_LIMITED', () => again(ann(), '192.0.2.2'));
    await expectError('CONFIG_RATE_LIMITED', () => again(anonymousPrincipal, '192.0.2.1'));
    await again(anonymousPrincipal, null);
    streams.close();
  });

  it('all end when the server stops, and none is opened then', async () => {
    const streams = someStreams();
    const both = [await anOpen(streams), await anOpen(streams)];
    streams.close();
    streams.close();
    await Promise.all(both.map(({ incoming }) => read(incoming)));
    expect(both.map(({ incoming }) => incoming.complete)).to.deep.equal([true, true]);
    await expectError('CONFIG_OVERLOADED', () => anOpen(streams));
  });
});
