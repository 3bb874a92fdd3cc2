import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createTransport } from '#server/backends/git/transport.js';
import type { RemoteOptions } from '#server/backends/git/transport.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { selfSigned } from '../../support/self-signed.js';

interface Listening {
  readonly origin: string;
  readonly port: number;
  readonly seen: {
    readonly url: string;
    readonly authorization: string | undefined;
    readonly proxied: string | undefined;
  }[];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const signal = new AbortController().signal;
const ok: Answer = (_request, response) => response.end('answer');

describe('transport', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function listen(answer: Answer, server: Server = createServer(), scheme = 'http'): Promise<Listening> {
    const seen: Listening['seen'] = [];
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { authorization, 'proxy-authorization': proxied } = request.headers;
      seen.push({ url: request.url ?? '', authorization, proxied });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    cleanups.add({ close });
    const { port } = server.address() as AddressInfo;
    return { origin: `${scheme}://127.0.0.1:${port}`, port, seen };
  }

  async function get(
    url: string,
    options: Partial<RemoteOptions> = {},
    rest = '/info/refs?service=x',
  ): Promise<string> {
    const transport = cleanups.add(
      createTransport({ url, timeoutMs: 2_000, skipTlsVerification: false, maxResponseBytes: 1_000, ...options }),
    );
    const response = await transport.http(signal).request({ url: url + rest });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  const credentials = { username: 'u', password: 'p' };
  const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`;

  it('sends credentials with the first request', async () => {
    const server = await listen(ok);

    expect(await get(`${server.origin}/a.git`, { credentials })).to.equal('answer');
    expect(server.seen).to.deep.equal([{ url: '/a.git/info/refs?service=x', authorization, proxied: undefined }]);
  });

  it('follows a redirect to another origin without the credentials, and goes there next time', async () => {
    const target = await listen(ok);
    const server = await listen((request, response) => {
      response.writeHead(302, { location: `${target.origin}/b.git${request.url?.slice('/a.git'.length)}` }).end();
    });
    const url = `${server.origin}/a.git`;
    const transport = cleanups.add(
      createTransport({ url, timeoutMs: 2_000, skipTlsVerification: false, maxResponseBytes: 1_000, credentials }),
    );
    await transport.http(signal).request({ url: `${url}/info/refs?service=x` });
    await transport.http(signal).request({ url: `${url}/git-upload-pack`, method: 'POST', body: [Buffer.from('x')] });

    expect(server.seen.map((one) => one.authorization)).to.deep.equal([authorization]);
    expect(target.seen).to.deep.equal([
      { url: '/b.git/info/refs?service=x', authorization: undefined, proxied: undefined },
      { url: '/b.git/git-upload-pack', authorization: undefined, proxied: undefined },
    ]);
  });

  it('keeps the credentials on a redirect within the origin', async () => {
    const server = await listen((request, response) => {
      if (request.url?.startsWith('/a.git') === true)
        response.writeHead(301, { location: '/b.git/info/refs?service=x' }).end();
      else response.end('moved');
    });

    expect(await get(`${server.origin}/a.git`, { credentials })).to.equal('moved');
    expect(server.seen.map((one) => one.authorization)).to.deep.equal([authorization, authorization]);
  });

  it('gives up on redirects that never end', async () => {
    const server = await listen((request, response) => {
      response.writeHead(302, { location: request.url }).end();
    });

    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => get(`${server.origin}/a.git`));

    expect(error.message).to.equal(`The remote ${server.origin}/a.git redirects more than 5 times.`);
  });

  it('reads no more than the limit', async () => {
    const server = await listen((_request, response) => response.end(Buffer.alloc(1_001)));

    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => get(`${server.origin}/a.git`));
  });

  it('asks an http remote through a proxy, with the proxy’s own credentials', async () => {
    const proxy = await listen(ok);
    const http = { host: '127.0.0.1', port: proxy.port, username: 'u', password: 'p', noProxy: [] };

    expect(await get('http://git.invalid/a.git', { proxy: { http } })).to.equal('answer');
    expect(proxy.seen).to.deep.equal([
      { url: 'http://git.invalid/a.git/info/refs?service=x', authorization: undefined, proxied: authorization },
    ]);
  });

  it('asks hosts that are exempt without the proxy', async () => {
    const server = await listen(ok);
    const proxy = await listen(ok);
    const http = { host: '127.0.0.1', port: proxy.port, noProxy: ['localhost', '127.*'] };

    expect(await get(`${server.origin}/a.git`, { proxy: { http } })).to.equal('answer');
    expect([server.seen.length, proxy.seen.length]).to.deep.equal([1, 0]);
  });

  it('trusts a server by its own authority or when told not to verify, and no other', async () => {
    const { key, cert } = selfSigned;
    const server = await listen(ok, createTlsServer({ key, cert }), 'https');
    const url = `${server.origin}/a.git`;

    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => get(url));

    expect(error.message).to.equal(`The remote ${url} cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT).`);
    expect(await get(url, { ca: cert })).to.equal('answer');
    expect(await get(url, { skipTlsVerification: true })).to.equal('answer');
  });
});
