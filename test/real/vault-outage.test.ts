import { expect } from 'chai';
import { createApp } from '#server/app.js';
import { ask, jsonOf, type Question, type Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { fillVault, needTestServer, needVault, startRealVault, type RealVault } from '../support/real-vault.js';
import { aSettingsFolder } from '../support/settings-folder.js';

describe('a server over a real Vault that is sealed', () => {
  const cleanups = createCleanups();
  let program = '';
  let real: RealVault;
  let unsealKeys: readonly string[] = [];
  before(function () {
    program = needVault(this);
  });
  beforeEach(async function () {
    real = cleanups.add(await startRealVault(program));
    ({ unsealKeys } = needTestServer(this, real));
    const data = { orders: { password: 'p-orders' }, billing: { password: 'p-billing' } };
    await fillVault(real, { kv: { version: 1, data } });
    await real.send('POST', 'sys/policies/acl/reader', { policy: 'path "kv/*" { capabilities = ["read"] }' });
    await real.send('POST', 'sys/auth/userpass', { type: 'userpass' });
    await real.send('POST', 'auth/userpass/users/cairn', { password: 'p', token_policies: 'reader' });
  });
  afterEach(() => cleanups.run());

  const seal = () => real.send('PUT', 'sys/seal');
  const unseal = () => real.send('PUT', 'sys/unseal', { key: unsealKeys[0] });
  const ownLogin = 'auth: { method: userpass, userpass: { username: cairn, password: p } }';

  type Get = (path: string, headers?: Question['headers']) => Promise<Reply>;

  async function start(source: string): Promise<Get> {
    const folder = cleanups.add(await aSettingsFolder());
    const { settings } = await folder.load(
      'cairn.yml',
      `server: { port: 0 }
sources: [{ type: vault, address: "${real.address}", backend: kv, time-to-live: 0s, ${source} }]
`,
    );
    const app = createApp(settings, { stream: { write: () => true }, environment: { XDG_STATE_HOME: folder.path } });
    const { port } = await app.start();
    cleanups.add({ close: () => app.close() });
    return (path, headers = {}) => ask(port, { path, headers });
  }

  const answerOf = (reply: Reply): unknown => {
    if (reply.status !== 200) return { status: reply.status, code: jsonOf(reply)['code'] };
    const [first] = jsonOf(reply)['propertySources'] as readonly { readonly source: object }[];
    return { ...first?.source, isStale: reply.headers['x-config-stale'] === 'true' };
  };
  /** Until it answers so; the test's own time ends it. */
  const until = (get: Get, path: string, answer: object, headers?: Question['headers']): Promise<unknown> =>
    eventually(async () => {
      expect(answerOf(await get(path, headers))).to.deep.equal(answer);
      return true;
    });
  const orders = { password: 'p-orders', isStale: false };
  const billing = { password: 'p-billing', isStale: false };
  const unavailable = { status: 503, code: 'CONFIG_SOURCE_UNAVAILABLE' };

  it('serves what it has and says that it is stale, has no answer for the rest, and recovers by itself', async () => {
    const get = await start(`stale-limit: 10m, ${ownLogin}`);
    await until(get, '/orders/default', orders);
    await seal();
    expect(answerOf(await get('/orders/default'))).to.deep.equal({ ...orders, isStale: true });
    expect(answerOf(await get('/billing/default'))).to.deep.equal(unavailable);
    expect(answerOf(await get('/orders/default'))).to.deep.equal({ ...orders, isStale: true });
    expect((await get('/actuator/health/readiness')).status).to.equal(200);
    await unseal();
    await until(get, '/billing/default', billing);
    await until(get, '/orders/default', orders);
  });

  it('serves nothing past the limit', async () => {
    const get = await start(`stale-limit: 0s, ${ownLogin}`);
    await until(get, '/orders/default', orders);
    await seal();
    expect(answerOf(await get('/orders/default'))).to.deep.equal(unavailable);
    await unseal();
    await until(get, '/orders/default', orders);
  });

  it('is served by a server that starts meanwhile as soon as it is opened', async () => {
    await seal();
    const get = await start(ownLogin);
    expect(answerOf(await get('/orders/default'))).to.deep.equal(unavailable);
    expect((await get('/actuator/health/readiness')).status).to.equal(503);
    expect((await get('/actuator/health/liveness')).status).to.equal(200);
    await unseal();
    await until(get, '/orders/default', orders);
    expect((await get('/actuator/health/readiness')).status).to.equal(200);
  });

  it('gives a caller what its own token read before, and other callers nothing', async () => {
    const get = await start('stale-limit: 10m');
    const own = { 'X-Config-Token': real.rootToken };
    await until(get, '/orders/default', orders, own);
    await seal();
    expect(answerOf(await get('/orders/default', own))).to.deep.equal({ ...orders, isStale: true });
    expect(answerOf(await get('/orders/default', { 'X-Config-Token': 'other' }))).to.deep.equal(unavailable);
    await unseal();
    await until(get, '/orders/default', orders, own);
    expect(answerOf(await get('/orders/default', { 'X-Config-Token': 'other' }))).to.deep.equal({
      status: 403,
      code: 'CONFIG_FORBIDDEN',
    });
  });

  it('shows a change that was made since', async () => {
    const get = await start(`stale-limit: 10m, ${ownLogin}`);
    await until(get, '/orders/default', orders);
    await seal();
    expect(answerOf(await get('/orders/default'))).to.deep.equal({ ...orders, isStale: true });
    await unseal();
    await eventually(async () =>
      (await real.send('POST', 'kv/orders', { password: 'new' })).status < 300 ? true : undefined,
    );
    await until(get, '/orders/default', { password: 'new', isStale: false });
  });
});
