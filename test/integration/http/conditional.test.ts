import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { ask, type Reply } from '../../support/ask.js';
import { aSource } from '../../support/fake-backend.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const V2 = 'application/vnd.spring-cloud.config-server.v2+json';
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';

describe('conditional requests', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await startHttp();
    http.backend.addFile('nginx.conf', 'port ${server.port};\n');
  });
  afterEach(() => http.server.close());

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    ask(http.port, { path, headers });
  const again = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => {
    const { etag = '' } = (await get(path, headers)).headers;
    return get(path, { ...headers, 'if-none-match': etag });
  };

  for (const path of ['/orders/prod', '/orders-prod.yml', '/orders-prod.json', '/orders/prod/main/nginx.conf']) {
    it(`are answered 304 without a body at ${path}`, async () => {
      const reply = await again(path);
      expect([reply.status, reply.body.length]).to.deep.equal([304, 0]);
      expect(reply.headers).not.to.have.any.keys('content-type', 'content-length', 'content-encoding');
      expect(reply.headers).to.include({
        'x-config-version': 'v1',
        'x-config-age': '5',
        'cache-control': 'no-cache, private',
        vary: 'Accept, Accept-Encoding, Authorization, X-Config-Token, X-Config-Instance',
      });
    });
  }

  it('tell the variants of one environment apart by one digest', async () => {
    const plain = await get('/orders/prod');
    const v2 = await get('/orders/prod', { accept: V2 });
    const digest = String(plain.headers['x-config-digest']);
    expect([plain.headers.etag, v2.headers.etag]).to.deep.equal([`W/"${digest}-plain"`, `W/"${digest}-v2"`]);
    expect((await get('/orders/prod', { accept: V2, 'if-none-match': String(plain.headers.etag) })).status).to.equal(
      200,
    );
  });

  it('are answered 304 although the commit has moved, and name it', async () => {
    const { etag = '' } = (await get('/orders/prod')).headers;
    http.backend.change({ version: 'v2' });
    for (let i = 0; i < 3; i += 1) {
      const reply = await get('/orders/prod', { 'if-none-match': etag });
      expect([reply.status, reply.headers['x-config-version'], reply.headers.etag]).to.deep.equal([304, 'v2', etag]);
    }
    expect((await get('/orders/prod')).body.toString()).to.include('"version":"v2"');
  });

  it('are answered 200 once the content has moved', async () => {
    const { etag = '' } = (await get('/orders/prod')).headers;
    http.backend.serve('v2', 'c2', [aSource('repo/orders.yml', { 'server.port': 9n })]);
    const reply = await get('/orders/prod', { 'if-none-match': etag });
    expect(reply.status).to.equal(200);
    expect(reply.headers.etag).not.to.equal(etag);
  });

  it('take lists and *', async () => {
    const { etag = '' } = (await get('/orders/prod')).headers;
    for (const tags of ['*', `"x", ${etag}`, etag.slice(2)]) {
      expect((await get('/orders/prod', { 'if-none-match': tags })).status).to.equal(304);
    }
  });

  it('go by the date of a resource where no tag is given', async () => {
    const path = '/orders/prod/main/nginx.conf';
    expect((await get(path)).headers['last-modified']).to.equal(DATE);
    expect((await get(path, { 'if-modified-since': DATE })).status).to.equal(304);
    expect((await get(path, { 'if-modified-since': 'Wed, 31 Dec 2025 23:59:59 GMT' })).status).to.equal(200);
    expect((await get(path, { 'if-modified-since': DATE, 'if-none-match': '"other"' })).status).to.equal(200);
  });

  it('have no date for environments', async () => {
    expect((await get('/orders/prod', { 'if-modified-since': DATE })).status).to.equal(200);
    expect((await get('/orders/prod')).headers).not.to.have.property('last-modified');
  });

  it('are answered for HEAD as for GET', async () => {
    const { etag = '' } = (await get('/orders/prod')).headers;
    const reply = await ask(http.port, { path: '/orders/prod', method: 'HEAD', headers: { 'if-none-match': etag } });
    expect(reply.status).to.equal(304);
  });
});

describe('what is served of an age', () => {
  it('says so once the source has not been checked for too long', async () => {
    let now = 5_000;
    const http = await startHttp({ environments: { now: () => now } });
    const headersAt = async (time: number): Promise<readonly unknown[]> => {
      now = time;
      const { headers } = await ask(http.port, { path: '/orders/prod' });
      return [headers['x-config-age'], headers['x-config-stale']];
    };
    expect(await headersAt(5_000)).to.deep.equal(['5', undefined]);
    expect(await headersAt(60_000)).to.deep.equal(['60', undefined]);
    expect(await headersAt(60_001)).to.deep.equal(['60', 'true']);
    http.backend.setHealth({ lastSuccess: 60_000 });
    expect(await headersAt(60_001)).to.deep.equal(['0', undefined]);
    http.backend.setHealth({ lastSuccess: null });
    expect(await headersAt(60_001)).to.deep.equal([undefined, undefined]);
    await http.server.close();
  });

  it('says so where an older commit stands in for a broken file', async () => {
    const http = await startHttp();
    http.backend.change({ stale: { brokenVersion: 'v2', file: 'orders.yml', message: 'broken' } });
    for (const path of ['/orders/prod', '/orders/prod', '/orders-prod.yml']) {
      expect((await ask(http.port, { path })).headers['x-config-stale']).to.equal('true');
    }
    await http.server.close();
  });

  it('has a version of letters that a header takes', async () => {
    const http = await startHttp();
    http.backend.change({ version: 'r\u00e9v\r\nX-Injected: 1' });
    for (let i = 0; i < 2; i += 1) {
      const { headers } = await ask(http.port, { path: '/orders/prod' });
      expect(headers['x-config-version']).to.equal('r?v??X-Injected: 1');
    }
    await http.server.close();
  });

  it('has no version where its backend has none', async () => {
    const http = await startHttp();
    http.backend.change({ version: null });
    const reply = await ask(http.port, { path: '/orders/prod' });
    expect(reply.headers).not.to.have.property('x-config-version');
    expect(reply.body.toString()).to.include('"version":null');
    await http.server.close();
  });
});

describe('content coding', () => {
  let http: HttpFixture;
  before(async () => {
    http = await startHttp();
    const values = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`key.${i}`, `caf\u00e9 ${i}`]));
    http.backend.serve('v1', 'large', [aSource('repo/large.yml', values)]);
    http.backend.addFile('small.txt', 'small');
  });
  after(() => http.server.close());

  const coded = (accepted: string, path = '/large/prod'): Promise<Reply> =>
    ask(http.port, { path, headers: { 'accept-encoding': accepted } });

  it('comes as the client prefers, the same content under the same tag', async () => {
    const identity = await ask(http.port, { path: '/large/prod' });
    for (let i = 0; i < 2; i += 1) {
      const gzip = await coded('gzip');
      const br = await coded('gzip;q=0.5, br');
      expect([gzip.headers['content-encoding'], br.headers['content-encoding']]).to.deep.equal(['gzip', 'br']);
      expect(gunzipSync(gzip.body).equals(identity.body)).to.equal(true);
      expect(brotliDecompressSync(br.body).equals(identity.body)).to.equal(true);
      expect([gzip.headers.etag, br.headers.etag]).to.deep.equal([identity.headers.etag, identity.headers.etag]);
    }
  });

  it('is left out where none is accepted, and where it saves nothing', async () => {
    for (const accepted of ['identity', 'gzip;q=0, br;q=0', 'deflate', '']) {
      expect((await coded(accepted)).headers).not.to.have.property('content-encoding');
    }
    expect((await coded('gzip', '/orders/prod/main/small.txt')).headers).not.to.have.property('content-encoding');
  });

  it('is left out where the bytes do not get fewer', async () => {
    http.backend.addFile('random.bin', randomBytes(4096));
    for (let i = 0; i < 2; i += 1) {
      const headers = { 'accept-encoding': 'br', accept: 'application/octet-stream' };
      const reply = await ask(http.port, { path: '/large/prod/main/random.bin', headers });
      expect(reply.headers).not.to.have.property('content-encoding');
    }
  });

  it('follows the version although the content stays', async () => {
    await coded('gzip');
    http.backend.change({ version: 'v9' });
    expect(gunzipSync((await coded('gzip')).body).toString()).to.include('"version":"v9"');
  });
});
