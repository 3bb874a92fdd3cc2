import { expect } from 'chai';
import { createMemoryBackend } from '#server/backends/memory/memory-backend.js';
import { createMemoryRepository, type MemoryRepository } from '#server/backends/memory/memory-repository.js';
import { ask, jsonOf, type Reply } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

describe('commits, as a client sees them', () => {
  let repository: MemoryRepository;
  let http: HttpFixture;
  beforeEach(async () => {
    repository = createMemoryRepository();
    repository.commit({
      files: {
        'application.yml': 'shared: 1\n',
        'orders.yml': 'port: 8081\n',
        'billing.yml': 'port: 8082\n',
        'orders.conf': 'listen ${port};\n',
      },
    });
    const backend = createMemoryBackend({ repository });
    await backend.start(new AbortController().signal);
    http = await startHttp({ environments: { backend } });
  });
  afterEach(() => http.server.close());

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    ask(http.port, { path, headers });

  it('are served on the next request, however often the last answer was given', async () => {
    for (const port of [1, 2, 3]) {
      const version = repository.commit({ files: { 'orders.yml': `port: ${port}\n` } });
      for (let i = 0; i < 3; i += 1) {
        expect(jsonOf(await get('/orders/prod'))['version']).to.equal(version);
        expect((await get('/orders-prod.properties')).body.toString()).to.equal(`shared: 1\nport: ${port}`);
        expect((await get('/orders/prod/main/orders.conf')).body.toString()).to.equal(`listen ${port};\n`);
      }
    }
  });

  for (const path of ['/orders/prod', '/orders-prod.yml', '/orders/prod/main/orders.conf']) {
    it(`that do not touch a service leave its tag as it is, at ${path}`, async () => {
      const { etag = '' } = (await get(path)).headers;
      const version = repository.commit({ files: { 'billing.yml': 'port: 9\n' } });
      const poll = await get(path, { 'if-none-match': etag });
      expect([poll.status, poll.headers['x-config-version']]).to.deep.equal([304, version]);
      repository.commit({ files: { 'application.yml': 'shared: 2\n', 'orders.yml': 'port: 9\n' } });
      expect((await get(path, { 'if-none-match': etag })).status).to.equal(200);
    });
  }

  it('with a broken file are answered from the one before, and say so', async () => {
    const good = (await get('/orders/prod')).headers['x-config-version'];
    const broken = repository.commit({ files: { 'orders.yml': 'port: [1\n' } });
    for (let i = 0; i < 2; i += 1) {
      const { status, headers } = await get('/orders/prod');
      expect([status, headers['x-config-version'], headers['x-config-stale']]).to.deep.equal([200, good, 'true']);
    }
    const other = (await get('/billing/prod')).headers;
    expect([other['x-config-version'], other['x-config-stale']]).to.deep.equal([broken, undefined]);
  });

  it('are found by branch, tag and id; what is not there is 404', async () => {
    const id = repository.commit({ files: { 'orders.yml': 'port: 5\n' }, branch: 'feature/x', base: 'main' });
    repository.tag('v1.0', id);
    for (const label of ['feature(_)x', 'v1.0', id]) {
      const { status, headers } = await get(`/orders/prod/${label}`);
      expect([status, headers['x-config-version']]).to.deep.equal([200, id]);
    }
    expect((await get('/orders/prod/nowhere')).status).to.equal(404);
    expect((await get('/orders/prod/nowhere/orders.conf')).body).to.have.length(0);
  });
});
