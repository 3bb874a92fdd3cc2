import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startCairnApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { expectError } from '../support/expect-error.js';
import { aFolder } from '../support/folders.js';
import { aRepository } from '../support/git-repository.js';
import type { TestRepository } from '../support/git-repository.js';
import { sopsFixture } from '../support/sops.js';

const identities = fileURLToPath(new URL('../../fixtures/sops/identity.txt', import.meta.url));
const canary = 'canary-7f3a-database';
const secrets = /canary-7f3a|s3cret|AGE-SECRET|ENC\[AES256_GCM,data:\w/;

describe('files that SOPS encrypted', () => {
  const cleanups = createCleanups();
  let repository: TestRepository;
  let log: string;

  beforeEach(async () => {
    log = '';
    repository = cleanups.add(await aRepository().bare().create());
    await repository.commit({
      files: {
        'orders.yml': sopsFixture('encrypted/nested.yml'),
        'application.yml': sopsFixture('encrypted/documents.yml'),
        'billing.properties': sopsFixture('encrypted/whole.properties'),
      },
    });
  });
  afterEach(() => cleanups.run());

  async function start(encryption: object, more: object = {}): Promise<string> {
    const settings = {
      sources: [{ type: 'git', uri: repository.uri }],
      encryption,
      observability: { log: { level: 'trace' } },
      ...more,
    };
    const folder = cleanups.add(await aFolder({ 'cairn.yml': JSON.stringify(settings) }));
    const app = await startCairnApp(path.join(folder.path, 'cairn.yml'), (text) => {
      log += text;
    });
    return cleanups.add(app).url;
  }
  const withIdentities = { age: { 'identities-file': identities } };
  const get = async (url: string, accept = 'application/json') => {
    const response = await fetch(url, { headers: { Accept: accept } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const sourcesOf = (text: string): readonly { name: string; source: Record<string, unknown> }[] =>
    (JSON.parse(text) as { propertySources: readonly { name: string; source: Record<string, unknown> }[] })
      .propertySources;

  it('are served decrypted, steered by the directives in them', async () => {
    const url = await start(withIdentities);
    const sources = sourcesOf((await get(`${url}/orders/prod`)).text);
    expect(sources.map(({ name }) => name.replace(/.*\//, ''))).to.deep.equal([
      'orders.yml',
      'application.yml (document #2)',
      'application.yml (document #1)',
      'application.yml (document #0)',
    ]);
    expect(sources[2]?.source).to.deep.equal({ 'spring.config.activate.on-profile': 'prod', password: 'of-prod' });
    expect(sources[0]?.source).to.include({
      'database.password': canary,
      'replica.password': canary,
      'servers[3].ports[1]': 443,
    });
    expect(Object.keys(sources[0]?.source ?? {}).filter((key) => key.startsWith('sops'))).to.deep.equal([]);
    expect((await get(`${url}/billing-default.properties`)).text).to.contain('db.password: s3cret');
    expect(log).to.contain('/orders/prod').and.not.match(secrets);
  });

  it('tell in the second variant where plain values stand alone', async () => {
    await repository.commit({
      files: { 'small.yml': sopsFixture('encrypted/small.yml') },
      delete: ['application.yml'],
    });
    const url = await start(withIdentities);
    const { text } = await get(`${url}/small/default`, 'application/vnd.spring-cloud.config-server.v2+json');
    expect(sourcesOf(text)[0]?.source).to.deep.equal({
      a: 's3cret',
      'b[0]': 1,
      'b[1]': true,
      c_unencrypted: { value: 'hello', origin: '5:16' },
    });
  });

  it('are served from a folder too', async () => {
    const folder = cleanups.add(await aFolder({ 'small.yml': sopsFixture('encrypted/small.yml').toString() }));
    const url = await start(withIdentities, { sources: [{ type: 'native', 'search-locations': [folder.path] }] });
    expect(sourcesOf((await get(`${url}/small/default`)).text)[0]?.source).to.include({ a: 's3cret' });
  });

  it('are served from a repository that was chosen by pattern', async () => {
    const [plain, uri] = [cleanups.add(await aRepository().bare().create()), repository.uri];
    await plain.commit({ files: { 'application.yml': 'a: 1\n' } });
    const repositories = [{ name: 'shop', pattern: ['orders'], uri }];
    const url = await start(withIdentities, { sources: [{ type: 'git', uri: plain.uri, repositories }] });
    const [first] = sourcesOf((await get(`${url}/orders/default`)).text);
    expect(first?.source).to.include({ 'database.password': canary });
  });

  it('stay as they were last good where one was changed without sops', async () => {
    const good = await repository.resolve('main');
    const changed = sopsFixture('encrypted/nested.yml')
      .toString()
      .replace(/(password: .*data:)./, '$1-');
    await repository.commit({ files: { 'orders.yml': changed } });
    const url = await start(withIdentities);
    const { status, headers, text } = await get(`${url}/orders/default`);
    expect([status, headers.get('X-Config-Stale'), headers.get('X-Config-Version')]).to.deep.equal([200, 'true', good]);
    expect(text).to.contain(canary);
    expect(log).to.contain('orders.yml').and.not.match(secrets);
  });

  it('are an error without an identity, and nothing of them goes out', async () => {
    const url = await start({});
    const { status, text } = await get(`${url}/orders/default`);
    expect(status).to.equal(500);
    expect(JSON.parse(text)).to.deep.include({ code: 'CONFIG_FILE_INVALID' });
    expect(text).to.not.match(secrets);
    expect(log).to.contain('no age identity is configured').and.not.match(secrets);
  });

  it('go out as they are where clients decrypt, and as resources', async () => {
    const url = await start({ sops: false });
    expect(sourcesOf((await get(`${url}/orders/default`)).text)[0]?.source['database.password']).to.match(/^ENC\[/);
    const decrypting = await start(withIdentities);
    const { text } = await get(`${decrypting}/orders/default/main/orders.yml`, '*/*');
    expect(text).to.equal(sopsFixture('encrypted/nested.yml').toString());
  });

  it('do not let the server start with an identity that is none', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      start({ age: { identities: `AGE-SECRET-KEY-1${canary}` } }),
    );
    expect(error.message).to.contain('`encryption.age.identities`: line 1').and.not.contain(canary);
  });
});
