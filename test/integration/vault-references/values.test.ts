import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { kvOf, type VaultAsked, type VaultSays } from '../../support/fake-vault.js';
import { startReferringServer, type ReferringServerOptions } from '../../support/referring-server.js';

const secrets = kvOf({
  'secret/orders/db': { user: 'shop', password: 'canary-1', port: 5432 },
  'secret/orders/odd': { text: 'canary-2${db.host}' },
});

describe('references to Vault in values', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (options: Partial<ReferringServerOptions>) =>
    startReferringServer(cleanups, { files: {}, says: secrets, ...options });

  const files = {
    'orders.yml': `
whole: "{vault}:orders/db#password"
url: jdbc:postgresql://\${db.host}:\${vault:orders/db#port}/shop?user=\${vault:orders/db#user}
db.host: db
plain: 1
`,
  };

  it('are resolved as a whole or within a text, and read each path once', async () => {
    const { get, vault, log } = await start({ files });
    const answer = await get('/orders/default');
    expect(answer.status).to.equal(200);
    expect(answer.sources()).to.deep.equal([
      '{"url":"jdbc:postgresql://${db.host}:5432/shop?user=shop","db.host":"db","plain":1,"whole":"canary-1"}',
    ]);
    expect(vault.asked.map(({ path }) => path).filter((path) => path.startsWith('secret'))).to.deep.equal([
      'secret/orders/db',
    ]);
    expect(log()).to.contain('/orders/default').and.not.contain('canary');
  });

  it('are resolved in renditions, before placeholders', async () => {
    const { get } = await start({ files });
    expect((await get('/orders-default.properties')).text).to.equal(
      'url: jdbc:postgresql://db:5432/shop?user=shop\ndb.host: db\nplain: 1\nwhole: canary-1',
    );
  });

  it('are resolved in files that are served as text, once and as they are', async () => {
    const conf = 'host=${db.host} user=${vault:orders/db#user} odd=${vault:orders/odd#text}\n';
    const { get } = await start({ files: { ...files, 'app.conf': conf } });
    const text = await get('/orders/default/main/app.conf', { Accept: 'text/plain' });
    expect(text.text).to.equal('host=db user=shop odd=canary-2${db.host}\n');
    const bytes = await get('/orders/default/main/app.conf', { Accept: 'application/octet-stream' });
    expect(bytes.text).to.equal(conf);
  });

  it('go out as they are written where that is set', async () => {
    const { get, vault } = await start({ files, secrets: 'resolve: false' });
    expect((await get('/orders/default')).text).to.contain('"whole":"{vault}:orders/db#password"');
    expect(vault.asked.filter(({ path }) => path.startsWith('secret'))).to.deep.equal([]);
  });

  it('lead to engines of both versions, and to the version that is pinned', async () => {
    const says = ({ path }: VaultAsked): VaultSays => {
      const [, version = 'newest'] = path.split('?version=');
      if (path.startsWith('team/kv/data/db')) return { body: { data: { data: { v: version }, metadata: {} } } };
      return path === 'kv/data/db' ? { body: { data: { data: { v: 'kv' } } } } : { status: 404 };
    };
    const { get, vault } = await start({
      says,
      files: { 'orders.yml': 'a: ${vault:team/kv/db#v}\nb: ${vault:team/kv/db?version=3#v}\nc: ${vault:db#v}' },
      secrets: `
backend: kv
kv-version: 2
mounts: [{ path: team/kv }]
allow: [{ applications: [orders], paths: [team/kv/db, kv/db] }]`,
    });
    expect((await get('/orders/default')).sources()).to.deep.equal(['{"a":"newest","b":"3","c":"kv"}']);
    expect(vault.asked.map(({ url }) => url).filter((url) => url.includes('kv'))).to.have.members([
      '/v1/team/kv/data/db',
      '/v1/team/kv/data/db?version=3',
      '/v1/kv/data/db',
    ]);
  });

  it('are read again when a secret has moved, and the entity tag with it', async () => {
    const { get, vault } = await start({ files, vault: 'auth: { token: root }\ntime-to-live: 0s' });
    const first = await get('/orders/default');
    const same = await get('/orders/default', { 'If-None-Match': String(first.headers['etag']) });
    expect(same.status).to.equal(304);
    vault.answer(kvOf({ 'secret/orders/db': { user: 'shop', password: 'canary-3', port: 5432 } }));
    const second = await get('/orders/default', { 'If-None-Match': String(first.headers['etag']) });
    expect([second.status, second.text.includes('canary-3')]).to.deep.equal([200, true]);
    expect(second.headers['x-config-digest']).not.to.equal(first.headers['x-config-digest']);
  });
});

describe('the policy for references, in a server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const files = {
    'orders.yml': 'password: "{vault}:orders/db#password"',
    'billing.yml': 'url: x://${vault:orders/db#password}@db',
    'plain.yml': 'a: 1',
  };
  const allow = 'allow: [{ applications: [orders], paths: ["secret/{application}/*"] }]';
  const start = (secretsText: string) =>
    startReferringServer(cleanups, { files: files, says: secrets, secrets: secretsText });

  it('keeps one team’s file from another team’s secret, and says where it stands', async () => {
    const { get, vault, log } = await start(allow);
    expect((await get('/orders/default')).text).to.contain('canary-1');
    vault.answer(() => ({ status: 500 }));
    const asked = vault.asked.length;
    for (const path of ['/billing/default', '/orders,billing/default', '/billing-default.yml']) {
      const { status, headers, text, json } = await get(path);
      expect([status, headers['content-type']]).to.deep.equal([403, 'application/problem+json']);
      expect(json()).to.include({ code: 'CONFIG_SECRET_FORBIDDEN' });
      expect(json()['detail']).to.match(/the secret of the key "url" in .*billing\.yml: no rule of `secrets\.allow`/);
      expect(text).not.to.contain('orders/db');
    }
    expect(vault.asked.length).to.equal(asked);
    expect(log()).to.contain('secret/orders/db').and.not.contain('canary');
    expect((await get('/plain/default')).status).to.equal(200);
  });

  it('lets nobody refer to anything unless a rule is written', async () => {
    const { get } = await start('unresolved: invalid');
    expect((await get('/orders/default')).status).to.equal(403);
    expect((await get('/plain/default')).status).to.equal(200);
  });

  it('is that of files served as text, too', async () => {
    const { get, write } = await start(allow);
    await write({ 'app.conf': '${vault:billing/db#password}' });
    const { status, json } = await eventually(async () => {
      const answer = await get('/orders/default/main/app.conf', { Accept: '*/*' });
      // The folder is looked at once the system tells of the new file.
      return answer.status === 404 ? undefined : answer;
    });
    expect([status, json()['code']]).to.deep.equal([403, 'CONFIG_SECRET_FORBIDDEN']);
    expect(json()['detail']).to.contain('the secret of the file ');
  });
});
