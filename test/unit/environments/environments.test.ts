import { expect } from 'chai';
import { SecretText } from '#server/core/secret-text.js';
import { parseQuery, type Query } from '#server/core/query.js';
import { createEnvironments, type Environments, type EnvironmentsOptions } from '#server/environments/environments.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend, type FakeBackend } from '../../support/fake-backend.js';
import { environmentDefaults } from '../../support/http-fixture.js';

const never = new AbortController().signal;
const orders: Query = parseQuery({ application: 'orders', profiles: 'prod,eu' });

function setUp(options: Partial<EnvironmentsOptions> = {}): { backend: FakeBackend; environments: Environments } {
  const backend = createFakeBackend();
  backend.serve('v1', 'c1', [aSource('repo/orders.yml', { port: 8081n })]);
  return { backend, environments: createEnvironments({ ...environmentDefaults(backend), ...options }) };
}

describe('an environment', () => {
  it('is what the backend found, under the names as requested', async () => {
    const { environments } = setUp();
    const { environment } = await environments.get(orders, never);
    expect(environment).to.deep.equal({
      name: 'orders',
      profiles: ['prod,eu'],
      label: null,
      version: 'v1',
      state: '',
      propertySources: [aSource('repo/orders.yml', { port: 8081n })],
    });
  });

  it('has the overrides first, unescaped and in their order', async () => {
    const overrides = new Map([
      ['z', 'last\\{letter}'],
      ['a', '\\${kept}'],
    ]);
    const { environment } = await setUp({ overrides }).environments.get(orders, never);
    const [first] = environment.propertySources;
    expect(first?.name).to.equal('overrides');
    expect([...(first?.properties ?? [])]).to.deep.equal([
      ['z', { value: 'last{letter}', origin: 'Config server overrides' }],
      ['a', { value: '${kept}', origin: 'Config server overrides' }],
    ]);
  });

  it('has the same digest at another version of the same content', async () => {
    const { backend, environments } = setUp();
    const before = await environments.get(orders, never);
    backend.change({ version: 'v2' });
    const after = await environments.get(orders, never);
    expect(after.environment.version).to.equal('v2');
    expect(after.digest)
      .to.equal(before.digest)
      .and.to.match(/^[0-9a-f]{64}$/);
  });

  it('has another digest for another value, another type and another key', async () => {
    const { backend, environments } = setUp();
    const digests = new Set([(await environments.get(orders, never)).digest]);
    backend.serve('v2', 'c2', [aSource('repo/orders.yml', { port: 8082n })]);
    digests.add((await environments.get(orders, never)).digest);
    backend.serve('v3', 'c3', [aSource('repo/orders.yml', { port: '8082' })]);
    digests.add((await environments.get(orders, never)).digest);
    expect(digests.size).to.equal(3);
  });

  it('has a digest that depends on the key', async () => {
    const one = await setUp().environments.get(orders, never);
    const other = await setUp({ digestKey: Buffer.from('another') }).environments.get(orders, never);
    expect(one.digest).not.to.equal(other.digest);
  });

  it('may be empty, unless empty ones are refused', async () => {
    const accepting = setUp();
    accepting.backend.serve('v1', 'c0', []);
    expect((await accepting.environments.get(orders, never)).environment.propertySources).to.deep.equal([]);
    const refusing = setUp({ acceptEmpty: false });
    refusing.backend.serve('v1', 'c0', []);
    await expectError('CONFIG_APPLICATION_NOT_FOUND', () => refusing.environments.get(orders, never));
  });

  it('has overrides as secrets that were ciphers in the settings', async () => {
    const overrides = new Map([['a', new SecretText('hunter2')]]);
    const { environment } = await setUp({ overrides }).environments.get(orders, never);
    expect(environment.propertySources[0]?.properties.get('a')).to.deep.equal({
      value: 'hunter2',
      origin: 'Config server overrides',
      secret: true,
    });
  });

  it('is not empty with overrides alone', async () => {
    const { backend, environments } = setUp({ acceptEmpty: false, overrides: new Map([['a', 'b']]) });
    backend.serve('v1', 'c0', []);
    expect((await environments.get(orders, never)).environment.propertySources).to.have.length(1);
  });

  it('is refused past its size limit', async () => {
    const { environments } = setUp({ limits: { environment: 10 } });
    await expectError('CONFIG_TOO_LARGE', () => environments.get(orders, never));
  });

  it('is looked up once for those who ask at the same time', async () => {
    const { backend, environments } = setUp();
    const open = backend.hold();
    const all = [1, 2, 3].map(() => environments.get(orders, never));
    open();
    await Promise.all(all);
    expect(backend.calls.resolve).to.equal(1);
  });

  it('is looked up again by who asks after the stamp has moved', async () => {
    const { backend, environments } = setUp();
    const open = backend.hold();
    const before = environments.get(orders, never);
    backend.change({ version: 'v2' });
    const after = environments.get(orders, never);
    open();
    expect((await before).environment.version).to.equal('v1');
    expect((await after).environment.version).to.equal('v2');
  });

  it('says why it comes from an older commit', async () => {
    const { backend, environments } = setUp();
    const stale = { brokenVersion: 'v2', file: 'orders.yml', line: 3, message: 'broken' };
    backend.change({ stale });
    expect((await environments.get(orders, never)).staleReason).to.deep.equal(stale);
  });
});

describe('the freshness of what is served', () => {
  it('counts from the last successful check of the source', () => {
    const { backend, environments } = setUp({ now: () => 61_500, staleAfterMs: 60_000 });
    backend.setHealth({ lastSuccess: 1_500 });
    expect(environments.freshness()).to.deep.equal({ ageSeconds: 60, isStale: false });
    backend.setHealth({ lastSuccess: 1_499 });
    expect(environments.freshness()).to.deep.equal({ ageSeconds: 60, isStale: true });
  });

  it('has no age before the first check, and none below zero', () => {
    const { backend, environments } = setUp();
    backend.setHealth({ lastSuccess: null });
    expect(environments.freshness()).to.deep.equal({ ageSeconds: null, isStale: false });
    backend.setHealth({ lastSuccess: 9_000 });
    expect(environments.freshness()).to.deep.equal({ ageSeconds: 0, isStale: false });
  });
});
