import { expect } from 'chai';
import { createVaultBackend, type VaultBackendOptions } from '#server/backends/vault/vault-backend.js';
import { vaultKeys } from '#server/backends/vault/vault-keys.js';
import { CallerToken } from '#server/core/caller-token.js';
import { parseQuery } from '#server/core/query.js';
import { createVault, type VaultOptions } from '#server/vault/vault.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { kvOf, startFakeVault, type FakeVault, type VaultAsked, type VaultSays } from '../../support/fake-vault.js';
import { aQuery, noAbort } from '../../support/queries.js';

const keyOptions = { defaultKey: 'application', profileSeparator: ',', enableLabel: false, defaultLabel: 'main' };

describe('the keys of a query in Vault', () => {
  const keysOf = (text: string, part: object = {}) => vaultKeys(aQuery(text), { ...keyOptions, ...part });

  it('are the profiles, newest first, each with every application, then the same without profile', () => {
    expect(keysOf('orders,billing/dev,eu')).to.deep.equal([
      'billing,eu',
      'orders,eu',
      'application,eu',
      'billing,dev',
      'orders,dev',
      'application,dev',
      'billing',
      'orders',
      'application',
    ]);
  });

  it('are each there once', () => {
    expect(keysOf('application/default')).to.deep.equal(['application']);
  });

  it('have a label everywhere where labels are enabled', () => {
    expect(keysOf('orders/dev', { enableLabel: true })).to.deep.equal([
      'orders,dev,main',
      'application,dev,main',
      'orders,default,main',
      'application,default,main',
    ]);
    expect(keysOf('orders/default/v1', { enableLabel: true, profileSeparator: '/' })[0]).to.equal('orders/default/v1');
  });

  it('have no default key where it is empty', () => {
    expect(keysOf('orders/dev', { defaultKey: '' })).to.deep.equal(['orders,dev', 'orders']);
  });
});

describe('a source of Vault', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const aVault = async (say: (asked: VaultAsked) => VaultSays): Promise<FakeVault> =>
    cleanups.add(await startFakeVault(say));
  const backendOf = async (
    fake: FakeVault,
    part: Partial<VaultBackendOptions> = {},
    connection: Partial<VaultOptions> = {},
  ) => {
    const vault = createVault({
      address: new URL(fake.url),
      namespace: null,
      timeoutMs: 5000,
      maxBytes: 100_000,
      maxConnections: 4,
      environment: {},
      auth: { method: 'token', token: 'server' },
      timeToLiveMs: 60_000,
      staleLimitMs: 600_000,
      cacheBytes: 1_000_000,
      ...connection,
    });
    const backend = cleanups.add(
      createVaultBackend({
        ...keyOptions,
        name: 'vault',
        vault,
        mount: 'kv',
        kvVersion: 1,
        pathToKey: '',
        fullKeyPath: false,
        cacheBytes: 1_000_000,
        ...part,
      }),
    );
    await backend.start(noAbort());
    return backend;
  };
  const secretPaths = (fake: FakeVault): string[] =>
    fake.asked.filter(({ path }) => !path.startsWith('auth/')).map(({ path }) => path);

  it('gives what each key has, flattened and marked as secret, and leaves out what is not there', async () => {
    const fake = await aVault(kvOf({ 'kv/orders': { 'a.b': 1, c: { d: [true] } }, 'kv/application,dev': { x: 'y' } }));
    const backend = await backendOf(fake);
    const { contentId, ...found } = await backend.resolve(aQuery('orders/dev'), noAbort());
    expect(found).to.deep.equal({
      version: null,
      state: null,
      sources: [
        { name: 'vault:application,dev', properties: new Map([['x', { value: 'y', secret: true }]]) },
        {
          name: 'vault:orders',
          properties: new Map<string, unknown>([
            ['a.b', { value: 1n, secret: true }],
            ['c.d[0]', { value: true, secret: true }],
          ]),
        },
      ],
    });
    expect(backend.stamp(aQuery('orders/dev'))).to.equal(contentId);
    expect(await backend.resolve(aQuery('orders/dev'), noAbort())).to.equal(
      await backend.resolve(aQuery('orders/dev'), noAbort()),
    );
  });

  const layouts: readonly (readonly [Partial<VaultBackendOptions>, string])[] = [
    [{ kvVersion: 1 }, 'kv/application'],
    [{ kvVersion: 2 }, 'kv/data/application'],
    [{ kvVersion: 2, pathToKey: 'team/a' }, 'kv/data/team/a/application'],
    [{ kvVersion: 2, mount: 'kv/data/deep', fullKeyPath: true }, 'kv/data/deep/application'],
  ];
  for (const [part, path] of layouts) {
    it(`reads ${path} with ${JSON.stringify(part)}`, async () => {
      const fake = await aVault(() => ({ status: 404 }));
      const backend = await backendOf(fake, part);
      await backend.resolve(aQuery('application'), noAbort());
      expect(secretPaths(fake)).to.deep.equal([path]);
    });
  }

  it('refuses names that would lead elsewhere, before Vault is asked', async () => {
    const fake = await aVault(() => ({ status: 404 }));
    const backend = await backendOf(fake);
    for (const name of ['a?b', 'a#b', 'a%2eb'])
      await expectError('CONFIG_NAME_INVALID', () => backend.resolve(aQuery(name), noAbort()));
    expect(secretPaths(fake)).to.deep.equal([]);
  });

  const asCaller = (token: string) =>
    parseQuery({ application: 'orders', profiles: 'default', token: new CallerToken(token, `id of ${token}`) });

  it('reads with the token of who asks where it has none of its own', async () => {
    const fake = await aVault(({ token }) => ({ body: { data: { token } } }));
    const backend = await backendOf(fake, { defaultKey: '' }, { auth: null });
    const valueFor = async (token: string) =>
      (await backend.resolve(asCaller(token), noAbort())).sources[0]?.properties.get('token')?.value;
    expect([await valueFor('ann'), await valueFor('bob'), await valueFor('ann')]).to.deep.equal(['ann', 'bob', 'ann']);
    expect(fake.asked.length).to.equal(2);
    await expectError('CONFIG_TOKEN_MISSING', () => backend.resolve(aQuery('orders'), noAbort()));
    expect(backend.health()).to.include({ ready: true, error: null });
  });

  it('forbids what the token of who asks may not read, one key of several', async () => {
    const fake = await aVault(({ path }) => (path === 'kv/orders' ? { status: 403 } : { body: { data: {} } }));
    const backend = await backendOf(fake, {}, { auth: null });
    const error = await expectError('CONFIG_FORBIDDEN', () => backend.resolve(asCaller('canary'), noAbort()));
    expect(error.message).to.equal('Vault does not let the token of the request (X-Config-Token) read "vault:orders".');
  });

  it('is unavailable where the server itself may not read a key', async () => {
    const fake = await aVault(({ path }) => (path === 'kv/orders' ? { status: 403 } : { body: { data: {} } }));
    const backend = await backendOf(fake);
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.resolve(aQuery('orders'), noAbort()));
    expect(error.message).to.equal('Vault does not let this server read "vault:orders" (403).');
  });

  it('is unavailable for whom a secret is too large, and for nobody else', async () => {
    const huge = { a: 'x'.repeat(100_000) };
    const fake = await aVault(({ path }) => (path === 'kv/orders' ? { body: { data: huge } } : kvOf({})({ path })));
    const backend = await backendOf(fake);
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.resolve(aQuery('orders'), noAbort()));
    expect(error.message).to.equal('Vault cannot be read for "vault:orders": the answer is larger than 100000 bytes.');
    expect((await backend.resolve(aQuery('billing'), noAbort())).sources).to.deep.equal([]);
    expect(backend.health().error).to.equal(null);
  });

  it('logs in again where its token was revoked, and answers', async () => {
    const logins: string[] = [];
    const revoked = new Set<string | undefined>();
    const fake = await aVault(({ path, token }) => {
      if (path === 'auth/userpass/login/cairn') {
        logins.push(`t${logins.length}`);
        return { body: { auth: { client_token: logins.at(-1), lease_duration: 3600, renewable: true } } };
      }
      return revoked.has(token) ? { status: 403 } : { body: { data: { token } } };
    });
    const auth = { method: 'userpass', path: 'userpass', username: 'cairn', password: 'p' } as const;
    const backend = await backendOf(fake, { defaultKey: '' }, { auth, timeToLiveMs: 0, staleLimitMs: 0 });
    const valueOf = async () =>
      (await backend.resolve(aQuery('orders'), noAbort())).sources[0]?.properties.get('token');
    expect(await valueOf()).to.deep.equal({ value: 't0', secret: true });
    revoked.add('t0');
    expect(await valueOf()).to.deep.equal({ value: 't1', secret: true });
  });

  it('is unavailable where Vault has never answered, and says in which way', async () => {
    const fake = await aVault(() => ({ status: 503 }));
    const backend = await backendOf(fake);
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.resolve(aQuery('orders'), noAbort()));
    expect(error.message).to.equal('Vault cannot be read: it answers 503: sealed, or not ready.');
    expect(backend.health()).to.include({
      ready: false,
      error: 'Vault cannot be read: it answers 503: sealed, or not ready',
    });
  });

  it('says that what it gives may be outdated while Vault does not answer, for queries that are past their time', async () => {
    const fake = await aVault(kvOf({ 'kv/orders': { a: '1' } }));
    const backend = await backendOf(fake, {}, { timeToLiveMs: 0 });
    const query = aQuery('orders');
    const first = await backend.resolve(query, noAbort());
    expect(backend.health(query)).not.to.have.property('isOutdated');
    fake.answer(() => ({ status: 429 }));
    expect(await backend.resolve(query, noAbort())).to.equal(first);
    expect(backend.health(query)).to.include({ isOutdated: true });
    expect(await backend.knows(query, noAbort())).to.equal(true);
    fake.answer(kvOf({ 'kv/orders': { a: '2' } }));
  });

  it('comes to know a query that a probe asks for, without the probe waiting for it', async () => {
    const fake = await aVault(kvOf({ 'kv/orders': { a: '1' } }));
    const backend = await backendOf(fake);
    expect(await backend.knows(aQuery('orders'), noAbort())).to.equal(false);
    await eventually(async () => ((await backend.knows(aQuery('orders'), noAbort())) ? true : undefined));
    expect(secretPaths(fake).toSorted()).to.deep.equal(['kv/application', 'kv/orders']);
  });

  it('knows nothing for a probe where it reads in the name of callers, and asks nothing', async () => {
    const fake = await aVault(() => ({ status: 404 }));
    const backend = await backendOf(fake, {}, { auth: null });
    expect(await backend.knows(aQuery('orders'), noAbort())).to.equal(false);
    expect(fake.asked).to.deep.equal([]);
  });

  it('is not ready with a token that Vault refuses', async () => {
    const fake = await aVault(() => ({ status: 403 }));
    const backend = await backendOf(fake);
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.resolve(aQuery('orders'), noAbort()));
    expect(backend.health()).to.include({ ready: false, lastSuccess: null });
  });

  it('is ready once Vault has let the server in, before anything is read', async () => {
    const fake = await aVault(() => ({ body: { data: { ttl: 0 } } }));
    const backend = await backendOf(fake);
    await eventually(() => (backend.health().ready ? true : undefined));
    expect(secretPaths(fake)).to.deep.equal([]);
  });

  it('has no files', async () => {
    const backend = await backendOf(await aVault(() => ({ status: 404 })));
    await expectError('CONFIG_RESOURCE_NOT_FOUND', () => backend.readFile(aQuery('orders'), 'x.yml', noAbort()));
  });
});
