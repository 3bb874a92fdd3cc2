import { expect } from 'chai';
import path from 'node:path';
import { createVault, type Vault } from '#server/vault/vault.js';
import type { VaultAuth } from '#server/vault/login.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aFolder } from '../support/folders.js';
import { noAbort } from '../support/queries.js';
import {
  fillVault,
  needTestServer,
  needVault,
  startRealVault,
  type RealVault,
  type VaultReply,
} from '../support/real-vault.js';
import { vaultOptions } from '../support/vault-options.js';

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
    return cleanups.add(createVault({ ...vaultOptions(real.address), auth }));
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

  it('by a token in a file reads, and with the next one that is put there once the first is revoked', async () => {
    const folder = cleanups.add(await aFolder());
    const created = async (): Promise<string> => {
      const { body } = await real.send('POST', 'auth/token/create', { policies: ['reader'], ttl: '1h' });
      return member(body, 'auth', 'client_token');
    };
    const [one, other] = [await created(), await created()];
    await folder.write({ sink: `${one}\n` });
    const vault = open({ method: 'token-file', path: path.join(folder.path, 'sink') });
    expect(await read(vault)).to.equal('1');
    await folder.write({ sink: `${other}\n` });
    await real.send('POST', 'auth/token/revoke', { token: one });
    expect(await read(vault)).to.equal('1');
    await vault.close();
    expect((await real.send('GET', 'auth/token/lookup-self', undefined, other)).status).to.equal(200);
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

  /** What Vault knows of the token that the login by AppRole gave. */
  const ownToken = async (): Promise<Known> => {
    const asked = (await accessors()).map((accessor) => real.send('POST', 'auth/token/lookup-accessor', { accessor }));
    const found = (await Promise.all(asked)).map(({ body }: VaultReply) => body['data'] as unknown as Known);
    return found.find((known) => known['path'] === 'auth/approle/login')!;
  };

  it('is renewed again and again before a lease of 5 seconds ends, and the token stays the same', async () => {
    const vault = open(await appRole({ token_ttl: '5s', token_max_ttl: '1h' }));
    expect(await read(vault)).to.equal('1');
    const known = await accessors();
    const ends = [(await ownToken())['expire_time']];
    // Three leases, one after the other, are longer than one of them.
    while (ends.length < 4) {
      const next = await eventually(async () => {
        const { expire_time: end } = await ownToken();
        return end === ends.at(-1) ? undefined : end;
      });
      expect(await read(vault)).to.equal('1');
      ends.push(next);
    }
    expect(await accessors()).to.deep.equal(known);
  });

  it('is done again where the lease cannot be had longer, and reads go on meanwhile', async () => {
    const vault = open(await appRole({ token_ttl: '2s', token_max_ttl: '3s' }));
    expect(await read(vault)).to.equal('1');
    const { accessor: first } = await ownToken();
    const next = await eventually(async () => {
      expect(await read(vault)).to.equal('1');
      const { accessor } = await ownToken();
      return accessor === first ? undefined : accessor;
    });
    expect(next).not.to.equal(first);
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

  it('waits while Vault is sealed, and holds after', async function () {
    const { unsealKeys } = needTestServer(this, real);
    const vault = open(await appRole());
    expect(await read(vault)).to.equal('1');
    const known = await accessors();
    await real.send('PUT', 'sys/seal');
    expect(await read(vault)).to.deep.equal({ kind: 'unavailable', reason: 'it answers 503: sealed, or not ready' });
    await real.send('PUT', 'sys/unseal', { key: unsealKeys[0] });
    expect(await eventually(async () => ((await read(vault)) === '1' ? true : undefined))).to.equal(true);
    expect(await accessors()).to.deep.equal(known);
  });

  it('is done again where the lease ends while Vault is sealed', async function () {
    const { unsealKeys } = needTestServer(this, real);
    const vault = open(await appRole({ token_ttl: '1s', token_max_ttl: '1h' }));
    expect(await read(vault)).to.equal('1');
    const known = await accessors();
    await real.send('PUT', 'sys/seal');
    const reason = await eventually(() => vault.loginFailure() ?? undefined);
    expect(reason).to.equal('it answers 503: sealed, or not ready');
    await real.send('PUT', 'sys/unseal', { key: unsealKeys[0] });
    expect(await eventually(async () => ((await read(vault)) === '1' ? true : undefined))).to.equal(true);
    expect(await accessors()).not.to.deep.equal(known);
  });

  it('is done at last where Vault is sealed at first', async function () {
    const { unsealKeys } = needTestServer(this, real);
    const auth = await appRole();
    await real.send('PUT', 'sys/seal');
    const vault = open(auth);
    expect(await read(vault)).to.deep.equal({ kind: 'unavailable', reason: 'it answers 503: sealed, or not ready' });
    await real.send('PUT', 'sys/unseal', { key: unsealKeys[0] });
    expect(await eventually(async () => ((await read(vault)) === '1' ? true : undefined))).to.equal(true);
    expect(vault.loginFailure()).to.equal(null);
  });
});

type Known = Readonly<Record<string, unknown>>;
