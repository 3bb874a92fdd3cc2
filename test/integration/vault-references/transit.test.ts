import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { sealed, transitOf } from '../../support/fake-transit.js';
import { kvOf, type VaultSays } from '../../support/fake-vault.js';
import { allowAll, startReferringServer, type ReferringServerOptions } from '../../support/referring-server.js';

const engine = transitOf(['orders', 'billing']);
const canary = 'canary-of-transit-4711';
const orders = `
plain: 1
password: "{transit:orders}${sealed('orders', canary)}"
token: "{transit:orders}${sealed('orders', 't-2')}"
last: 2
`;

describe('values that the transit engine of Vault has encrypted', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (options: Partial<ReferringServerOptions> = {}) =>
    startReferringServer(cleanups, { files: { 'orders.yml': orders }, says: engine, ...options });
  const decrypts = (vault: { readonly asked: readonly { path: string; body: unknown }[] }): string[] =>
    vault.asked
      .filter(({ path }) => path.startsWith('transit/'))
      .map(({ path, body }) => `${path} ${(body as { batch_input: unknown[] }).batch_input.length}`);

  it('are decrypted in one batch of the request, and not again within their time', async () => {
    const { get, vault, log } = await start();
    const answer = await get('/orders/default');
    expect(answer.sources()).to.deep.equal([`{"plain":1,"last":2,"password":"${canary}","token":"t-2"}`]);
    const again = await get('/orders/default', { 'If-None-Match': String(answer.headers['etag']) });
    expect([again.status, decrypts(vault)]).to.deep.equal([304, ['transit/decrypt/orders 2']]);
    expect(log()).not.to.contain(canary);
  });

  it('stand beside references, in keys and mounts of their own', async () => {
    const says = (asked: Parameters<typeof engine>[0]): VaultSays =>
      asked.path.startsWith('transit/') ? engine(asked) : kvOf({ 'secret/db': { user: 'u' } })(asked);
    const file = `user: "{vault}:db#user"\nkey: "{transit:billing}${sealed('billing', 'b-1')}"\n`;
    const { get, vault } = await start({ files: { 'orders.yml': file }, says });
    expect((await get('/orders/default')).sources()).to.deep.equal(['{"user":"u","key":"b-1"}']);
    expect(decrypts(vault)).to.deep.equal(['transit/decrypt/billing 1']);
  });

  it('become invalid, one by one, where they cannot be decrypted', async () => {
    const bad = `${orders}bad: "{transit:orders}vault:v1:AAAA"\nempty: "{transit:orders}"\nkey: "{transit:../sys}x"\n`;
    const { get, log } = await start({ files: { 'orders.yml': bad } });
    expect((await get('/orders/default')).sources()).to.deep.equal([
      `{"plain":1,"last":2,"password":"${canary}","token":"t-2","invalid.bad":"<n/a>","invalid.empty":"<n/a>","invalid.key":"<n/a>"}`,
    ]);
    expect(log()).to.contain('transit/orders');
  });

  it('fail the request where that is wanted, and the log names file and key', async () => {
    const bad = `${orders}bad: "{transit:orders}vault:v1:AAAA"\n`;
    const { get, log } = await start({ files: { 'orders.yml': bad }, secrets: `${allowAll}\nunresolved: fail` });
    const { status, json } = await get('/orders/default');
    expect([status, json()['code']]).to.deep.equal([503, 'CONFIG_SECRET_UNRESOLVED']);
    expect(log()).to.contain('orders.yml').and.contain('bad').and.contain('cannot decrypt');
  });

  it('are decrypted for nobody whom no rule allows the key', async () => {
    const secrets = 'allow: [{ applications: [orders], paths: ["transit/{application}"] }]';
    const other = orders.replaceAll('{transit:orders}', '{transit:billing}');
    const { get, vault } = await start({
      files: { 'orders.yml': orders, 'billing.yml': orders, 'app.yml': other },
      secrets,
    });
    expect((await get('/orders/default')).status).to.equal(200);
    const { status, json } = await get('/billing/default');
    expect([status, json()['code']]).to.deep.equal([403, 'CONFIG_SECRET_FORBIDDEN']);
    expect(decrypts(vault).length).to.equal(1);
  });

  it('are decrypted by the engine that is mounted elsewhere', async () => {
    const { get, vault } = await start({
      secrets: `${allowAll}\ntransit: eu/keys`,
      says: ({ path, body }) => engine({ path: path.replace('eu/keys/', 'transit/'), body }),
    });
    expect((await get('/orders/default')).status).to.equal(200);
    expect(vault.asked.some(({ path }) => path === 'eu/keys/decrypt/orders')).to.equal(true);
  });

  it('cannot be had while Vault is down, unless they are kept', async () => {
    const { get, vault, write } = await start({ vault: 'auth: { token: root }\ntime-to-live: 0s' });
    expect((await get('/orders/default')).status).to.equal(200);
    vault.answer(() => ({ status: 503 }));
    const kept = await get('/orders/default');
    expect([kept.status, kept.headers['x-config-stale']]).to.deep.equal([200, 'true']);
    await write({ 'billing.yml': `a: "{transit:billing}${sealed('billing', 'x')}"\n`, 'free.yml': 'a: 1\n' });
    const { status, json } = await eventually(async () => {
      const answer = await get('/billing/default');
      // The folder is looked at once the system tells of the new file: until then there is nothing to decrypt.
      return answer.status === 200 && answer.sources().length === 0 ? undefined : answer;
    });
    expect([status, json()['code']]).to.deep.equal([503, 'CONFIG_SECRET_UNRESOLVED']);
    expect((await get('/free/default')).status).to.equal(200);
  });

  it('are decrypted with the token of who asks where the server has none', async () => {
    const says = (asked: { token: string | undefined; path: string; body: unknown }): VaultSays =>
      asked.token === 'good' ? engine(asked) : { status: 403 };
    const { get } = await start({ vault: 'auth: { method: caller }', says });
    const statuses = [];
    for (const headers of [{ 'X-Config-Token': 'good' }, { 'X-Config-Token': 'bad' }, {}])
      statuses.push((await get('/orders/default', headers)).text.includes(canary));
    expect(statuses).to.deep.equal([true, false, false]);
  });

  it('go out as they are where references are not resolved here', async () => {
    const { get, vault } = await start({ secrets: `${allowAll}\nresolve: false` });
    expect((await get('/orders/default')).text).to.contain('{transit:orders}vault:v1:');
    expect(decrypts(vault)).to.deep.equal([]);
  });
});
