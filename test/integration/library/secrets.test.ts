import path from 'node:path';
import { expect } from 'chai';

import { createApp } from '#server/app.js';
import { loadSettings } from '#server/app/load-settings.js';
import { createCleanups } from '../../support/cleanups.js';
import { aFolder } from '../../support/folders.js';
import { aRepository } from '../../support/git-repository.js';
import { aCiphers } from '../../support/key-stores.js';

const KEY = 'canary-of-the-key';
const SECRET = 'canary-of-the-value';
const PASSWORD = 'canary-of-a-setting';

describe('secrets', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  /** The whole server over a repository with ciphers; `log` is all it wrote, at its most talkative. */
  async function start(encryption: object): Promise<{ readonly url: string; readonly log: () => string }> {
    const ciphers = await aCiphers({ key: KEY, suite: 'v2' });
    const sealed = `{cipher}${await ciphers.encrypt(SECRET)}`;
    const password = `{cipher}${await ciphers.encrypt(PASSWORD)}`;
    const files = aRepository()
      .withFile('orders.yml', `secret: '${sealed}'\nbad: '{cipher}00'\ntext: \${secret}\n`)
      .withFile('app.yml', `secret: '${sealed}'\n`)
      .withFile('bad.yml', `secret: '${sealed}'\nbad: '{cipher}00'\n`);
    const repository = cleanups.add(await files.create());
    const folder = cleanups.add(await aFolder());
    const settings = {
      server: { port: 0 },
      sources: [{ type: 'git', uri: repository.uri, credentials: { username: 'cairn', password } }],
      encryption: { key: KEY, suite: 'v2', ...encryption },
      observability: { log: { level: 'trace', format: 'json' } },
    };
    await folder.write({ 'cairn.yml': JSON.stringify(settings) });
    const lines: string[] = [];
    const loaded = await loadSettings({ config: path.join(folder.path, 'cairn.yml'), environment: {} });
    expect(loaded.settings.sources[0]).to.have.nested.property('credentials.password', PASSWORD);
    const app = cleanups.add(createApp(loaded.settings, { stream: { write: (line) => lines.push(line) } }));
    const { url } = await app.start();
    return { url, log: () => lines.join('') };
  }

  const paths: readonly (readonly [path: string, holdsSecret: boolean])[] = [
    ['/orders/default', true],
    ['/orders-default.yml', true],
    ['/orders-default.json', true],
    ['/orders-default.properties', true],
    ['/orders/default/main/app.yml', true],
    ['/orders/default/main/bad.yml', false],
    ['/orders/default/none', false],
    ['/key', false],
    ['/encrypt/status', false],
    ['/actuator/health', false],
  ];

  it('are in the answers that they are for, and nowhere else', async () => {
    const { url, log } = await start({ 'plain-text': true });
    for (const [asked, holdsSecret] of paths) {
      const answer = await fetch(url + asked, { headers: { Accept: '*/*' } });
      const seen = JSON.stringify([...answer.headers]) + (await answer.text());
      expect(seen.includes(SECRET), asked).to.equal(holdsSecret);
      expect(seen, asked).not.to.contain(KEY).and.not.to.contain(PASSWORD);
    }
    const headers = { 'Content-Type': 'text/plain' };
    const sealed = await (await fetch(`${url}/encrypt`, { method: 'POST', headers, body: SECRET })).text();
    expect(sealed).not.to.contain(SECRET);
    const opened = await fetch(`${url}/decrypt`, { method: 'POST', headers, body: sealed });
    expect(await opened.text()).to.equal(SECRET);
    expect((await fetch(`${url}/decrypt`, { method: 'POST', headers, body: `${sealed}${SECRET}` })).status).to.equal(
      400,
    );
    expect(log()).to.contain('"event":"ciphers-invalid"').and.contain('"keys":["bad"]');
    for (const secret of [KEY, SECRET, PASSWORD, sealed]) expect(log()).not.to.contain(secret);
  });

  it('go out as ciphers where the clients decrypt', async () => {
    const { url } = await start({ enabled: false, 'plain-text': true });
    const environment = await (await fetch(`${url}/orders/default`)).text();
    expect(environment).to.contain('{cipher}{v:2}').and.contain('"bad":"{cipher}00"').and.not.contain(SECRET);
    expect(await (await fetch(`${url}/orders/default/main/app.yml`)).text()).to.contain('{cipher}{v:2}');
  });

  it('are left in text files unless that is set, and one that cannot be decrypted fails its file', async () => {
    const usual = await start({});
    expect(await (await fetch(`${usual.url}/orders/default/main/app.yml`)).text()).to.contain('{cipher}{v:2}');
    const { url } = await start({ 'plain-text': true });
    const refused = await fetch(`${url}/orders/default/main/bad.yml`, { headers: { Accept: '*/*' } });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).to.deep.equal([
      500,
      'CONFIG_CIPHER_UNRESOLVED',
    ]);
    const binary = await fetch(`${url}/orders/default/main/app.yml`, {
      headers: { Accept: 'application/octet-stream' },
    });
    expect(await binary.text()).to.contain('{cipher}{v:2}');
  });
});
