import { load } from 'cairn-config-client';
import { expect } from 'chai';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { createFakeCredentials } from '../support/fake-credentials.js';
import { startReferringServer, type Answer } from '../support/referring-server.js';

const noCanary = /canary/;

describe('dynamic secrets under the whole server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const stage = async (entry: string, more = '') => {
    const credentials = createFakeCredentials();
    const values =
      'db.user: "{vault}:database/creds/app#username"\ndb.url: x://${vault:database/creds/app#password}@h\n';
    const secrets = `dynamic: [${entry}]\nallow: [{ applications: ["*"], paths: ["database/creds/*"] }]\n${more}`;
    const server = await startReferringServer(cleanups, {
      files: { 'orders.yml': values, 'billing.yml': values, 'plain.yml': 'a: 1\n' },
      says: (asked) => credentials.answer(asked),
      secrets,
    });
    const user = async (path: string, headers = {}): Promise<unknown> => userIn(await server.get(path, headers));
    return { ...server, credentials, user };
  };
  const userIn = (answer: Answer): unknown => {
    if (answer.status !== 200) return [answer.status, answer.json()['code']];
    return valuesIn(answer)['db.user'];
  };
  const valuesIn = (answer: Answer): Record<string, string> =>
    JSON.parse(answer.sources()[0] ?? '{}') as Record<string, string>;
  const ofInstance = (id: string) => ({ 'X-Config-Instance': id });

  it('are one for an application, read together, and marked in no log', async () => {
    const { user, get, vault, log } = await stage('{ path: database/creds/app }');
    const users = await Promise.all(['/orders/dev', '/orders/prod', '/billing/dev'].map((path) => user(path)));
    expect(users[0]).to.equal(users[1]);
    expect(new Set(users).size).to.equal(2);
    expect(valuesIn(await get('/orders/dev'))['db.url']).to.match(/^x:\/\/canary-password-\d@h$/);
    expect(vault.asked.filter(({ path }) => path.startsWith('database/')).length).to.equal(2);
    expect(log()).to.contain('the dynamic secret database/creds/app (application orders) is there');
    expect(log()).not.to.match(noCanary);
  });

  it('are one for each instance, with tags of their own, by either lane', async () => {
    const { get, user } = await stage('{ path: database/creds/app, per: instance }');
    const replies: Answer[] = [];
    for (const id of ['a', 'b', 'a', 'b', 'a']) replies.push(await get('/orders/dev', ofInstance(id)));
    const [a, b, ...again] = replies.map(userIn);
    expect(a).not.to.equal(b);
    expect(again).to.deep.equal([a, b, a]);
    const [tagOfA, tagOfB] = replies.map(({ headers }) => headers['etag']);
    expect(tagOfA).not.to.equal(tagOfB);
    const conditional = { ...ofInstance('a'), 'If-None-Match': String(tagOfA) };
    expect((await get('/orders/dev', conditional)).status).to.equal(304);
    expect((await get('/orders/dev', { ...conditional, ...ofInstance('b') })).status).to.equal(200);
    expect(await user('/orders/dev')).to.deep.equal([400, 'CONFIG_INSTANCE_MISSING']);
    expect(await user('/orders/dev', ofInstance('a b'))).to.deep.equal([400, 'CONFIG_NAME_INVALID']);
    expect((await get('/plain/dev')).status).to.equal(200);
  });

  it('reach a service by its own instance id, and as a change when they are replaced', async () => {
    const { url, credentials } = await stage('{ path: database/creds/app, per: instance }');
    Object.assign(credentials.made, { seconds: 1, isRenewable: false });
    const open = async () => cleanups.add(await load({ url, application: 'orders', refresh: { interval: 100 } }));
    const [one, other] = [await open(), await open()];
    const first = one.get('db.user');
    expect(first).not.to.equal(other.get('db.user'));
    const next = await eventually(() => (one.get('db.user') === first ? undefined : String(one.get('db.user'))));
    expect([...credentials.leases.values()]).to.include(next);
    expect(one.get('db.url')).to.contain(`canary-password-${next.replace(/\D/g, '')}`);
  });

  it('take with them only the environments that refer to them where they end without Vault', async () => {
    const { get, user, credentials, log } = await stage('{ path: database/creds/app }');
    Object.assign(credentials.made, { seconds: 1, isRenewable: false });
    const first = await user('/orders/dev');
    credentials.made.isDown = true;
    await eventually(async () => ((await get('/orders/dev')).headers['x-config-stale'] === 'true' ? true : undefined));
    expect(await user('/orders/dev')).to.equal(first);
    await eventually(async () => ((await get('/orders/dev')).status === 503 ? true : undefined));
    expect(await user('/orders/dev')).to.deep.equal([503, 'CONFIG_SECRET_UNRESOLVED']);
    expect((await get('/plain/dev')).status).to.equal(200);
    credentials.made.isDown = false;
    const next = await eventually(async () =>
      (await get('/orders/dev')).status === 200 ? user('/orders/dev') : undefined,
    );
    expect(next).not.to.equal(first);
    expect(log()).to.contain('has ended without another one').and.not.match(noCanary);
  });

  it('are refused past their number to who needs another one, and to nobody else', async () => {
    const { user, log } = await stage('{ path: database/creds/app, max-leases: 1 }');
    const first = await user('/orders/dev');
    expect(await user('/billing/dev')).to.deep.equal([503, 'CONFIG_SECRET_UNRESOLVED']);
    expect(log()).to.contain(
      'cannot be had: no lease is left of the 1 that there may be (secrets.dynamic[].max-leases)',
    );
    expect(await user('/orders/dev')).to.equal(first);
  });

  it('are revoked when the server stops', async () => {
    const { close, user, credentials } = await stage('{ path: database/creds/app }');
    await user('/orders/dev');
    await user('/billing/dev');
    expect(credentials.leases.size).to.equal(2);
    await close();
    expect(credentials.leases.size).to.equal(0);
  });

  it('live on where the settings say so', async () => {
    const { close, user, credentials } = await stage('{ path: database/creds/app }', 'revoke-on-close: false');
    await user('/orders/dev');
    await close();
    expect(credentials.leases.size).to.equal(1);
  });

  it('are refused to who may not refer to them before Vault is asked', async () => {
    const { user, vault } = await stage('{ path: database/creds/app }, { path: database/creds/other }');
    expect(await user('/orders,nobody/dev')).to.match(/^v-user-/);
    expect(vault.asked.some(({ path }) => path === 'database/creds/other')).to.equal(false);
  });
});
