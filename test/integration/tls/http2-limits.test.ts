import { expect } from 'chai';
import { once } from 'node:events';
import { constants, type ClientHttp2Stream } from 'node:http2';
import { defaultHttpLimits, type HttpLimits } from '#server/http/limits.js';
import { createTls } from '#server/security/tls.js';
import { systemClock } from '#server/vault/clock.js';
import { connectHttp2, type Http2Client } from '../../support/ask-http2.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';
import { serverAuthority } from '../../support/tls-stage.js';

describe('limits of HTTP/2', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function open(limits: Partial<HttpLimits>): Promise<{ http: HttpFixture; client: Http2Client }> {
    const { cert: certificate, key } = serverAuthority.issue({ name: 'x' });
    const material = { certificate, key, keyPassphrase: null, clientAuthorities: null, revocationLists: [] };
    const tls = createTls({
      clientAuthentication: 'none',
      minVersion: '1.2',
      ciphers: [],
      read: () => Promise.resolve(material),
      lookEveryMs: 60_000,
      clock: systemClock,
      emit: () => undefined,
    });
    await tls.start();
    const http = await startHttp({ http: { tls, limits: { ...defaultHttpLimits, ...limits } } });
    cleanups.add({
      close: async () => {
        await http.server.close();
        tls.close();
      },
    });
    const client = connectHttp2(http.port, { ca: serverAuthority.cert });
    cleanups.add({ close: () => Promise.resolve(void client.socket.destroy()) });
    return { http, client };
  }
  const post = ({ session }: Http2Client): ClientHttp2Stream => {
    const head = { ':method': 'POST', ':path': '/encrypt', 'content-type': 'text/plain' };
    const stream = session.request(head, { endStream: false });
    stream.on('error', () => undefined);
    return stream;
  };

  it('end a request whose body does not come in time, and nothing else', async () => {
    const { client } = await open({ headersTime: 50, requestTime: 50 });
    const stream = post(client);
    stream.write('x');
    const drips = setInterval(() => stream.write('x'), 5);
    await once(stream, 'close');
    clearInterval(drips);
    expect((await client.ask({ path: '/orders/prod' })).status).to.equal(200);
  });

  it('end an answer that its client does not read', async () => {
    const { http, client } = await open({ writeTime: 50 });
    http.backend.addFile('large.txt', 'x'.repeat(8 * 1024 * 1024));
    const stream = client.session.request({ ':path': '/orders/prod/main/large.txt' });
    stream.on('error', () => undefined);
    await once(stream, 'response');
    stream.pause();
    await eventually(() => (stream.closed ? true : undefined));
    expect(stream.rstCode).to.equal(constants.NGHTTP2_CANCEL);
    expect((await client.ask({ path: '/orders/prod' })).status).to.equal(200);
  });

  it('end a connection on which nothing happens', async () => {
    const { client } = await open({ keepAliveTime: 50 });
    await client.ask({ path: '/orders/prod' });
    await once(client.socket, 'close');
  });

  it('are for requests at a time: more of them wait', async () => {
    const { http, client } = await open({ streams: 2 });
    await client.ask({ path: '/orders/prod' });
    const go = http.backend.hold();
    const replies = [1, 2, 3, 4].map((i) => client.ask({ path: `/orders/p${i}` }));
    while (http.backend.calls.resolve < 3) await new Promise(setImmediate);
    expect(client.session.remoteSettings.maxConcurrentStreams).to.equal(2);
    go();
    expect((await Promise.all(replies)).map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
  });
});
