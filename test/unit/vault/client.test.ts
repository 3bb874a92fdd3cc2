import { expect } from 'chai';
import { createVaultClient, type VaultClientOptions } from '#server/vault/client.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { startFakeVault, type FakeVault, type VaultSays } from '../../support/fake-vault.js';
import { noAbort } from '../../support/queries.js';
import { selfSigned } from '../../support/self-signed.js';

const canary = 'hvs.canary-token';

describe('the client of Vault', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const vaultThat = async (says: VaultSays): Promise<FakeVault> => cleanups.add(await startFakeVault(() => says));
  const clientOf = (url: string, options: Partial<VaultClientOptions> = {}) => {
    const client = createVaultClient({
      address: new URL(url),
      namespace: null,
      timeoutMs: 5000,
      maxBytes: 100_000,
      maxConnections: 4,
      environment: {},
      ...options,
    });
    cleanups.add({
      close: () => {
        client.close();
        return Promise.resolve();
      },
    });
    return client;
  };
  const read = (url: string, options?: Partial<VaultClientOptions>) =>
    clientOf(url, options).request({ path: 'secret/a', token: canary, signal: noAbort() });

  it('reads with the token and the namespace it is given', async () => {
    const vault = await vaultThat({ body: { data: { a: 1 } } });
    expect(await read(vault.url, { namespace: 'team/a' })).to.deep.equal({
      kind: 'ok',
      body: new Map([['data', new Map([['a', 1n]])]]),
    });
    expect(vault.asked).to.deep.equal([
      { method: 'GET', path: 'secret/a', url: '/v1/secret/a', token: canary, namespace: 'team/a', body: undefined },
    ]);
  });

  it('posts what it is given, without a token where there is none', async () => {
    const vault = await vaultThat({ status: 204 });
    const request = { path: 'auth/x/login', token: null, body: { role: 'r' }, signal: noAbort() };
    expect(await clientOf(vault.url).request(request)).to.deep.equal({ kind: 'ok', body: new Map() });
    expect(vault.asked.map(({ method, token, body }) => ({ method, token, body }))).to.deep.equal([
      { method: 'POST', token: undefined, body: { role: 'r' } },
    ]);
  });

  it('takes nothing from the variables that node-vault reads', async () => {
    const vault = await vaultThat({ body: {} });
    const variables = { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'x', VAULT_NAMESPACE: 'x', VAULT_PREFIX: '/x' };
    Object.assign(process.env, variables);
    try {
      await clientOf(vault.url).request({ path: 'secret/a', token: null, signal: noAbort() });
    } finally {
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    }
    expect(vault.asked).to.deep.equal([
      { method: 'GET', path: 'secret/a', url: '/v1/secret/a', token: undefined, namespace: undefined, body: undefined },
    ]);
  });

  it('takes no token to where a redirect leads', async () => {
    const elsewhere = await vaultThat({ body: { data: {} } });
    const vault = await vaultThat({ status: 307, headers: { Location: `${elsewhere.url}/v1/secret/a` } });
    expect(await read(vault.url)).to.deep.equal({
      kind: 'unavailable',
      reason: 'it answers 307, a redirect, and no token is taken elsewhere',
    });
    expect(elsewhere.asked).to.deep.equal([]);
  });

  const answers: readonly (readonly [VaultSays, unknown])[] = [
    [{ status: 404, body: { errors: [] } }, { kind: 'missing' }],
    [
      { status: 403, body: { errors: [canary] } },
      { kind: 'refused', status: 403 },
    ],
    [
      { status: 400, body: { errors: [canary] } },
      { kind: 'refused', status: 400 },
    ],
    [{ status: 429 }, { kind: 'unavailable', reason: 'it answers 429: too many requests' }],
    [
      { status: 503, body: { errors: ['Vault is sealed'] } },
      { kind: 'unavailable', reason: 'it answers 503: sealed, or not ready' },
    ],
    [
      { status: 500, text: canary },
      { kind: 'unavailable', reason: 'it answers 500' },
    ],
    [{ text: `<html>${canary}` }, { kind: 'unavailable', reason: 'it answers in another form than JSON' }],
    [{ text: '[]' }, { kind: 'unavailable', reason: 'it answers in another form than JSON' }],
    [{ text: `"${canary.repeat(10_000)}"` }, { kind: 'unusable', reason: 'the answer is larger than 100000 bytes' }],
  ];
  for (const [says, expected] of answers) {
    it(`understands ${String(says.status ?? 200)} ${(says.text ?? JSON.stringify(says.body ?? '')).slice(0, 20)}`, async () => {
      const vault = await vaultThat(says);
      expect(await read(vault.url)).to.deep.equal(expected);
    });
  }

  it('does not wait longer than its deadline', async () => {
    const vault = await vaultThat({ isSilent: true });
    expect(await read(vault.url, { timeoutMs: 20 })).to.deep.equal({
      kind: 'unavailable',
      reason: 'no answer within 20 ms',
    });
  });

  it('says why a connection fails, by the code of the system alone', async () => {
    const vault = await startFakeVault(() => ({}));
    await vault.close();
    expect(await read(vault.url)).to.deep.equal({ kind: 'unavailable', reason: 'ECONNREFUSED' });
  });

  it('trusts the authority it is given, and no other', async () => {
    const vault = cleanups.add(await startFakeVault(() => ({ body: {} }), selfSigned));
    expect(await read(vault.url, { ca: selfSigned.cert })).to.deep.equal({ kind: 'ok', body: new Map() });
    expect(await read(vault.url)).to.deep.equal({ kind: 'unavailable', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(vault.asked.length).to.equal(1);
  });

  it('shows a client certificate', async () => {
    const tls = { ...selfSigned, requestCert: true, rejectUnauthorized: true, ca: selfSigned.cert };
    const vault = cleanups.add(await startFakeVault(() => ({ body: {} }), tls));
    const shown = { ca: selfSigned.cert, certificate: selfSigned.cert, key: selfSigned.key };
    expect(await read(vault.url, shown)).to.deep.equal({ kind: 'ok', body: new Map() });
    expect((await read(vault.url, { ca: selfSigned.cert })).kind).to.equal('unavailable');
  });

  it('is not made where VAULT_SKIP_VERIFY is set', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      clientOf('https://127.0.0.1', { environment: { VAULT_SKIP_VERIFY: '1' } }),
    );
    expect(error.message).to.contain('VAULT_SKIP_VERIFY is set');
  });
});
