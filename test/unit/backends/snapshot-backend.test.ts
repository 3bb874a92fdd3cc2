import { expect } from 'chai';
import type { Backend } from '#server/backends/backend.js';
import { repositoryLocations } from '#server/backends/locations.js';
import { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import type { MemoryRepository } from '#server/backends/memory/memory-repository.js';
import { createMemoryStore } from '#server/backends/memory/memory-store.js';
import { createSnapshotBackend } from '#server/backends/snapshot-backend.js';
import type { SnapshotBackendOptions } from '#server/backends/snapshot-backend.js';
import { defaultAssembleLimits } from '#server/core/assembly.js';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { ConfigServerError } from '#server/core/errors.js';
import { countingStore } from '../../support/counting-store.js';
import type { CountingStore } from '../../support/counting-store.js';
import { expectError } from '../../support/expect-error.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { recordEvents } from '../../support/record-events.js';

const broken = 'a: [\n';

describe('snapshot backend', () => {
  let repository: MemoryRepository;
  let store: CountingStore;

  beforeEach(() => {
    repository = createMemoryRepository();
    store = countingStore(createMemoryStore(repository, 'main'));
  });

  const backendWith = (options: Partial<SnapshotBackendOptions> = {}): Backend =>
    createSnapshotBackend({
      name: 'main',
      store,
      emit: () => undefined,
      uri: 'https://user:canary@git.example.com/shop/config.git/',
      locate: repositoryLocations([], 'main'),
      ...options,
    });
  const resolve = (backend: Backend, query: string) => backend.resolve(aQuery(query), noAbort());

  it('names sources by the URI, without user info and trailing slashes', async () => {
    repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    const { sources } = await resolve(backendWith(), 'orders');
    expect(sources.map(({ name }) => name)).to.deep.equal(['https://git.example.com/shop/config.git/orders.yml']);
  });

  it('reads and parses equal bytes once, over queries and commits', async () => {
    repository.commit({ files: { 'application.yml': 'a: 1\n', 'orders.yml': 'b: 1\n', 'billing.yml': 'c: 1\n' } });
    const backend = backendWith();
    await resolve(backend, 'orders');
    await resolve(backend, 'billing/dev');
    repository.commit({ files: { 'billing.yml': 'c: 2\n' } });
    await resolve(backend, 'orders');
    await resolve(backend, 'billing');
    expect(store.reads).to.have.length(4);
    expect(new Set(store.reads).size).to.equal(4);
  });

  it('remembers failures: neither files nor history are looked at again', async () => {
    repository.commit({ files: { 'orders.yml': broken } });
    repository.commit({ files: { 'other.yml': 'a: 1\n' } });
    const backend = backendWith();
    await expectError('CONFIG_FILE_INVALID', () => resolve(backend, 'orders'));
    const [reads, parents] = [store.reads.length, store.parents.length];
    await expectError('CONFIG_FILE_INVALID', () => resolve(backend, 'orders'));
    expect([store.reads.length, store.parents.length]).to.deep.equal([reads, parents]);
    expect([reads, parents]).to.deep.equal([1, 2]);
  });

  it('remembers what it serves from an ancestor', async () => {
    repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    repository.commit({ files: { 'orders.yml': broken } });
    const backend = backendWith();
    const stale = await resolve(backend, 'orders');
    expect(stale.stale?.file).to.equal('orders.yml');
    expect(await resolve(backend, 'orders')).to.equal(stale);
    expect(store.parents).to.have.length(1);
  });

  it('goes back at most 100 commits', async () => {
    const good = repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    for (let distance = 1; distance <= 100; distance += 1)
      repository.commit({ files: { 'orders.yml': `${broken}# ${distance}\n` } });
    expect((await resolve(backendWith(), 'orders')).version).to.equal(good);
    repository.commit({ files: { 'orders.yml': broken } });
    await expectError('CONFIG_FILE_INVALID', () => resolve(backendWith(), 'orders'));
    expect(store.parents).to.have.length(200);
  });

  it('takes any reason for which a query cannot be answered as a broken file', async () => {
    const good = repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    for (const text of [
      'spring.profiles: dev\n',
      'spring.config.activate.on-profile: a & b | c\n',
      'spring.config.import: x.txt\n',
      `a: ${'x'.repeat(90)}\n`,
    ]) {
      repository.commit({ files: { 'orders.yml': text } });
      const limits = { assemble: { ...defaultAssembleLimits, environmentBytes: 80 } };
      const { version, stale } = await resolve(backendWith({ limits }), 'orders');
      expect([version, stale?.file]).to.deep.equal([good, 'orders.yml']);
    }
  });

  it('does not read a file whose size is known to be too large', async () => {
    repository.commit({ files: { 'orders.yml': `a: ${'x'.repeat(100)}\n` } });
    const backend = backendWith({ limits: { documents: { ...defaultDocumentLimits, bytes: 50 } } });
    const error = await expectError('CONFIG_FILE_INVALID', () => resolve(backend, 'orders'));
    expect(error.message).to.equal('orders.yml cannot be read: the file has 104 bytes; at most 50 would be taken');
    expect(store.reads).to.deep.equal([]);
  });

  it('answers environments that are larger than its caches', async () => {
    const files = Object.fromEntries(
      ['application', 'orders', 'orders-dev'].map((name) => [`${name}.yml`, `${name}: ${'x'.repeat(500)}\n`]),
    );
    repository.commit({ files });
    const { sources } = await resolve(
      backendWith({ limits: { parsedCacheBytes: 10, resolutionCacheBytes: 10 } }),
      'orders/dev',
    );
    expect(sources).to.have.length(3);
  });

  it('does not keep the failure of the source', async () => {
    repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    const backend = backendWith();
    store.beforeRead = () => Promise.reject(new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'down'));
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => resolve(backend, 'orders'));
    store.beforeRead = () => Promise.resolve();
    expect((await resolve(backend, 'orders')).sources).to.have.length(1);
  });

  it('computes once for all who ask at the same time, and lets each stop waiting', async () => {
    repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    const backend = backendWith();
    let release = (): void => undefined;
    store.beforeRead = () => new Promise((done) => (release = done));
    const impatient = new AbortController();
    const left = backend.resolve(aQuery('orders'), impatient.signal);
    const [first, second] = [resolve(backend, 'orders'), resolve(backend, 'orders')];
    impatient.abort(Object.assign(new Error('gone'), { code: 'TEST_GONE' }));
    await expectError('TEST_GONE', () => left);
    release();
    expect(await first).to.equal(await second);
    expect(store.reads).to.have.length(1);
  });

  it('leaves labels out that are not there, where that is asked for', async () => {
    const main = repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    const backend = backendWith({ continueOnLabelFailure: true });
    expect((await resolve(backend, 'orders/default/none,main')).version).to.equal(main);
    await expectError('CONFIG_LABEL_NOT_FOUND', () => resolve(backend, 'orders/default/none,nothing'));
    expect(backend.stamp(aQuery('orders/default/none,main'))).to.equal(undefined);
  });

  it('says that it is stale where one of several labels is', async () => {
    repository.commit({ files: { 'orders.yml': 'a: 1\n' } });
    const next = repository.commit({ files: {}, branch: 'next', base: 'main' });
    const head = repository.commit({ files: { 'orders.yml': broken } });
    const { version, stale } = await resolve(backendWith(), 'orders/default/next,main');
    expect([stale?.brokenVersion, version?.startsWith(`${next},`)]).to.deep.equal([head, true]);
  });

  it('looks for resources in the last location first, where that is asked for', async () => {
    repository.commit({ files: { 'motd.txt': 'root', 'common/motd.txt': 'common' } });
    const backend = backendWith({ locate: repositoryLocations(['common'], 'main'), reverseLocationOrder: true });
    const { path } = await backend.readFile(aQuery('orders'), 'motd.txt', noAbort());
    expect(path).to.equal('common/motd.txt');
  });

  it('says once of a property file in XML that it is not read', async () => {
    repository.commit({ files: { 'orders.xml': '<x/>', 'orders-dev.xml': '<x/>', 'logback.xml': '<x/>' } });
    const { emit, events } = recordEvents();
    const backend = backendWith({ emit });
    for (const query of ['orders', 'orders/dev', 'orders/eu']) await resolve(backend, query);
    expect(events).to.deep.equal([
      { type: 'notice', message: 'orders.xml is not read: property files in XML are not supported.' },
      { type: 'notice', message: 'orders-dev.xml is not read: property files in XML are not supported.' },
    ]);
  });
});
