import { expect } from 'chai';
import { ask, jsonOf } from '../support/ask.js';
import { startCairnApp } from '../support/cairn-app.js';
import { writeFile } from 'node:fs/promises';
import { createCleanups } from '../support/cleanups.js';
import { startFakeVault, type VaultAsked, type VaultSays } from '../support/fake-vault.js';
import { aSettingsFolder } from '../support/settings-folder.js';

describe('a server with one Vault for all that it reads', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const says = ({ path }: VaultAsked): VaultSays => {
    if (path.startsWith('auth/userpass')) return { body: { auth: { client_token: 'own' } } };
    return path.endsWith('/orders') ? { body: { data: { [path]: 1 } } } : { status: 404 };
  };
  const answers = (asked: VaultAsked): VaultSays =>
    asked.path === 'auth/token/lookup-self' ? { body: { data: { ttl: 0 } } } : says(asked);
  const stage = async () => {
    const vault = cleanups.add(await startFakeVault(says));
    const folder = cleanups.add(await aSettingsFolder());
    const config = await folder.write(
      'cairn.yml',
      `data-directory: ${folder.path}
vault:
  address: ${vault.url}
  auth: { method: userpass, userpass: { username: cairn, password: p } }
  time-to-live: 0s
sources:
  - { type: vault, backend: one }
  - { type: vault, backend: other }
`,
    );
    const app = cleanups.add(await startCairnApp(config));
    const get = async (path: string) => {
      const reply = await ask(app.port, { path });
      return { status: reply.status, body: jsonOf(reply) };
    };
    return { vault, get };
  };

  it('logs in once for several sources', async () => {
    const { vault, get } = await stage();
    const { body } = await get('/orders/default');
    expect(body['propertySources']).to.deep.equal([
      { name: 'vault:orders', source: { 'one/orders': 1 } },
      { name: 'vault:orders', source: { 'other/orders': 1 } },
    ]);
    expect(vault.asked.filter(({ path }) => path.startsWith('auth/')).map(({ path }) => path)).to.deep.equal([
      'auth/userpass/login/cairn',
    ]);
  });

  it('follows the token that an agent keeps in a file', async () => {
    const vault = cleanups.add(await startFakeVault(says));
    const folder = cleanups.add(await aSettingsFolder());
    const sink = await folder.write('sink', 'canary-one\n');
    vault.answer((asked) => (asked.token === 'canary-one' ? answers(asked) : { status: 403 }));
    const config = await folder.write(
      'cairn.yml',
      `data-directory: ${folder.path}
sources: [{ type: vault, address: "${vault.url}", auth: { token-path: ${sink} }, time-to-live: 0s }]
`,
    );
    let log = '';
    const { port } = cleanups.add(await startCairnApp(config, (text) => (log += text)));
    const status = async () => (await ask(port, { path: '/orders/default' })).status;
    expect(await status()).to.equal(200);
    vault.answer((asked) => (asked.token === 'canary-two' ? answers(asked) : { status: 403 }));
    await writeFile(sink, 'canary-two');
    expect(await status()).to.equal(200);
    expect(log).not.to.contain('canary');
  });

  it('shows it in its health, and stays in service without it', async () => {
    const { vault, get } = await stage();
    await get('/orders/default');
    expect((await get('/actuator/health/vault')).body).to.deep.equal({ status: 'UP', details: { ageSeconds: 0 } });
    vault.answer(() => ({ status: 503 }));
    await get('/orders/default');
    expect((await get('/actuator/health/readiness')).body).to.deep.equal({ status: 'UP' });
    const { status, body } = await get('/actuator/health/vault');
    expect([status, body['status']]).to.deep.equal([200, 'DEGRADED']);
    expect(body['details']).to.have.property('error', 'Vault cannot be read: it answers 503: sealed, or not ready');
  });
});
