import { expect } from 'chai';
import path from 'node:path';
import { ask, jsonOf } from '../support/ask.js';
import { startCairnApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { aFolder } from '../support/folders.js';
import { fillVault, needVault, startRealVault, untilReady, type RealVault } from '../support/real-vault.js';

const policy = `
path "secret/data/orders/*" { capabilities = ["read"] }
path "secret/data/shared" { capabilities = ["read"] }
path "old/*" { capabilities = ["read"] }
`;

describe('references to a real Vault', () => {
  const cleanups = createCleanups();
  let program = '';
  let vault: RealVault;
  before(function () {
    program = needVault(this);
  });
  beforeEach(async () => {
    vault = cleanups.add(await startRealVault(program));
    await fillVault(vault, {
      secret: { version: 2, data: { 'orders/db': { password: 'p-1' }, shared: { a: 'b' }, closed: { a: 'b' } } },
      old: { version: 1, data: { 'orders/a b,c': { list: [1, { k: 'v' }], big: 42, flag: true } } },
    });
    await untilReady(() => vault.send('POST', 'secret/data/orders/db', { data: { password: 'p-2' } }));
    await vault.send('POST', 'sys/policies/acl/cairn', { policy });
  });
  afterEach(() => cleanups.run());

  const tokenFor = async (): Promise<string> => {
    const { body } = await vault.send('POST', 'auth/token/create', { policies: ['cairn'] });
    return (body['auth'] as unknown as { readonly client_token: string }).client_token;
  };
  const stage = async (files: Readonly<Record<string, string>>, method = 'token') => {
    const folder = cleanups.add(await aFolder());
    const token = await tokenFor();
    await folder.write({
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`config/${name}`, text])),
      'cairn.yml': JSON.stringify({
        'data-directory': path.join(folder.path, 'data'),
        sources: [{ type: 'native', 'search-locations': [path.join(folder.path, 'config')] }],
        vault: { address: vault.address, auth: method === 'token' ? { token } : { method } },
        secrets: {
          'kv-version': 2,
          mounts: [{ path: 'old', 'kv-version': 1 }],
          allow: [
            { applications: ['orders'], paths: ['secret/{application}/*', 'old/{application}/**', 'secret/closed'] },
            { applications: ['*'], paths: ['secret/shared'] },
          ],
        },
      }),
    });
    const app = cleanups.add(await startCairnApp(path.join(folder.path, 'cairn.yml')));
    const get = async (at: string, headers: Readonly<Record<string, string>> = {}) => {
      const reply = await ask(app.port, { path: at, headers });
      return { status: reply.status, body: jsonOf(reply) };
    };
    return { get, token };
  };
  const sourceOf = (body: Record<string, unknown>): unknown =>
    (body['propertySources'] as readonly { readonly source: unknown }[])[0]?.source;

  it('lead to both engines, to a pinned version, and to values of any shape', async () => {
    const { get } = await stage({
      'orders.yml': `
now: "{vault}:orders/db#password"
before: x-\${vault:orders/db?version=1#password}
never: "{vault}:orders/db?version=9#password"
list: \${vault:old/orders/a b,c#list}
rest: \${vault:old/orders/a b,c#big}/\${vault:old/orders/a b,c#flag}
`,
    });
    const { status, body } = await get('/orders/default');
    expect([status, sourceOf(body)]).to.deep.equal([
      200,
      { now: 'p-2', before: 'x-p-1', 'invalid.never': '<n/a>', list: '[1,{"k":"v"}]', rest: '42/true' },
    ]);
  });

  it('are invalid where Vault’s own policy does not let them be read, and no harm to others', async () => {
    const { get } = await stage({
      'orders.yml': 'a: ${vault:closed#a}\nb: ${vault:shared#a}\nc: ${vault:../sys/mounts#a}',
    });
    const { status, body } = await get('/orders/default');
    expect([status, sourceOf(body)]).to.deep.equal([200, { 'invalid.a': '<n/a>', b: 'b', 'invalid.c': '<n/a>' }]);
  });

  it('are refused where no rule allows them', async () => {
    const { get } = await stage({
      'billing.yml': 'a: ${vault:orders/db#password}',
      'plain.yml': 'b: ${vault:shared#a}',
    });
    const { status, body } = await get('/billing/default');
    expect([status, body['code']]).to.deep.equal([403, 'CONFIG_SECRET_FORBIDDEN']);
    expect(sourceOf((await get('/plain/default')).body)).to.deep.equal({ b: 'b' });
  });

  it('are read with the token of who asks', async () => {
    const { get, token } = await stage({ 'orders.yml': 'a: ${vault:orders/db#password}' }, 'caller');
    expect(sourceOf((await get('/orders/default', { 'X-Config-Token': token })).body)).to.deep.equal({ a: 'p-2' });
    expect(sourceOf((await get('/orders/default', { 'X-Config-Token': 'no-token' })).body)).to.deep.equal({
      'invalid.a': '<n/a>',
    });
    expect((await get('/orders/default')).status).to.equal(400);
  });
});
