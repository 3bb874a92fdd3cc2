import { expect } from 'chai';
import { createVault, type Vault } from '#server/vault/vault.js';
import type { VaultAuth } from '#server/vault/login.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { noAbort } from '../support/queries.js';
import { fillVault, needVault, startRealVault, type RealVault } from '../support/real-vault.js';

const policy = 'path "kv/*" { capabilities = ["read"] }';

describe('the login at a real Vault', () => {
  const cleanups = createCleanups();
  let program = '';
  let real: RealVault;
  before(function () {
    program = needVault(this);
  });
  beforeEach(async () => {
    real = cleanups.add(await startRealVault(program));
    await fillVault(real, { kv: { version: 1, data: { a: { value: '1' } } } });
    await real.send('POST', 'sys/policies/acl/reader', { policy });
    await real.send('POST', 'sys/auth/approle', { type: 'approle' });
    await real.send('POST', 'sys/auth/userpass', { type: 'userpass' });
  });
  afterEach(() => cleanups.run());

  const open = (auth: VaultAuth | null): Vault => {
    const vault = createVault({
      address: new URL(real.address),
      namespace: null,
      timeoutMs: 5000,
      maxBytes: 1_000_000,
      maxConnections: 4,
      environment: {},
      auth,
      timeToLiveMs: 0,
      staleLimitMs: 0,
      cacheBytes: 1_000_000,
    });
    return cleanups.add(vault);
  };
  const read = async (vault: Vault): Promise<unknown> => {
    const outcome = await vault.secrets.get({ path: 'kv/a', version: 1 }, null, noAbort());
    return outcome.kind === 'secret' ? outcome.secret.values?.get('value') : outcome;
  };
  const member = (value: unknown, ...names: readonly string[]): string =>
    names.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value) as string;

  const role = async (settings: object = {}): Promise<string> => {
    await real.send('POST', 'auth/approle/role/cairn', { token_policies: 'reader', ...settings });
    return member(await real.send('GET', 'auth/approle/role/cairn/role-id'), 'body', 'data', 'role_id');
  };
  const secretId = async (): Promise<string> =>
    member(await real.send('POST', 'auth/approle/role/cairn/secret-id', {}), 'body', 'data', 'secret_id');
  const appRole = async (settings?: object): Promise<VaultAuth> => ({
    method: 'app-role',
    path: 'approle',
    roleId: await role(settings),
    secretId: await secretId(),
    wrappedSecretId: null,
  });
  const accessors = async (): Promise<readonly string[]> =>
    member(await real.send('LIST', 'auth/token/accessors'), 'body', 'data', 'keys') as unknown as readonly string[];

  it('by a token reads', async () => {
    expect(await read(open({ method: 'token', token: real.rootToken }))).to.equal('1');
  });

  it('by AppRole reads, and gives its token back at the end', async () => {
    const vault = open(await appRole());
    const before = await accessors();
    expect(await read(vault)).to.equal('1');
    expect((await accessors()).length).to.equal(before.length + 1);
    await vault.close();
    expect((await accessors()).length).to.equal(before.length);
  });

  it('by AppRole with a wrapped secret id reads; opened by somebody else before, it says so', async () => {
    const roleId = await role();
    const response = await fetch(`${real.address}/v1/auth/approle/role/cairn/secret-id`, {
      method: 'POST',
      headers: { 'X-Vault-Token': real.rootToken, 'X-Vault-Wrap-TTL': '60s' },
    });
    const wrappedSecretId = member(await response.json(), 'wrap_info', 'token');
    const auth: VaultAuth = { method: 'app-role', path: 'approle', roleId, secretId: null, wrappedSecretId };
    expect(await read(open(auth))).to.equal('1');
    expect(await read(open(auth))).to.deep.equal({
      kind: 'unavailable',
      reason: 'it does not open the wrapped secret id: its time is up, or it was opened before',
    });
  });

  it('by userpass reads; with another password it is refused', async () => {
    await real.send('POST', 'auth/userpass/users/cairn', { password: 'p', token_policies: 'reader' });
    const auth = { method: 'userpass', path: 'userpass', username: 'cairn', password: 'p' } as const;
    expect(await read(open(auth))).to.equal('1');
    expect(await read(open({ ...auth, password: 'canary' }))).to.deep.equal({
      kind: 'unavailable',
      reason: 'it refuses the login (400)',
    });
  });

  it('is renewed before a lease of 5 seconds ends, and the token stays the same', async () => {
    const vault = open(await appRole({ token_ttl: '5s', token_max_ttl: '1h' }));
    expect(await read(vault)).to.equal('1');
    const known = await accessors();
    const lease = async (): Promise<string> => {
      const other = known.map((accessor) => real.send('POST', 'auth/token/lookup-accessor', { accessor }));
      const found = (await Promise.all(other)).find(
        ({ body }) => member(body, 'data', 'path') === 'auth/approle/login',
      );
      return member(found, 'body', 'data', 'expire_time');
    };
    const first = await lease();
    expect(await eventually(async () => ((await lease()) === first ? undefined : true))).to.equal(true);
    expect(await accessors()).to.deep.equal(known);
    expect(await read(vault)).to.equal('1');
  });

  it('is done again where the token is revoked in the middle', async () => {
    const vault = open(await appRole());
    const before = await accessors();
    expect(await read(vault)).to.equal('1');
    const [own] = (await accessors()).filter((accessor) => !before.includes(accessor));
    await real.send('POST', 'auth/token/revoke-accessor', { accessor: own });
    expect(await read(vault)).to.equal('1');
  });

  it('holds where the policy does not allow one path of several', async () => {
    const vault = open(await appRole());
    expect(await read(vault)).to.equal('1');
    const known = await accessors();
    await real.send('POST', 'sys/policies/acl/reader', { policy: 'path "kv/b" { capabilities = ["read"] }' });
    expect(await read(vault)).to.deep.equal({ kind: 'refused', status: 403 });
    await real.send('POST', 'sys/policies/acl/reader', { policy });
    expect(await read(vault)).to.equal('1');
    expect(await accessors()).to.deep.equal(known);
  });

  it('waits while Vault is sealed', async () => {
    const vault = open(await appRole());
    expect(await read(vault)).to.equal('1');
    await real.send('PUT', 'sys/seal');
    expect(await read(vault)).to.deep.equal({ kind: 'unavailable', reason: 'it answers 503: sealed, or not ready' });
  });
});
