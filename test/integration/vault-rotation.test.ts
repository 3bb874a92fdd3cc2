import { load } from 'cairn-config-client';
import { expect } from 'chai';
import { ask, jsonOf } from '../support/ask.js';
import { startCairnApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { createFakeKv } from '../support/fake-kv.js';
import { aFolder } from '../support/folders.js';
import { startFakeVault } from '../support/fake-vault.js';
import { aSettingsFolder } from '../support/settings-folder.js';

const before = 'canary-before-4711';
const after = 'canary-after-4711';

const sources: ReadonlyMap<string, string> = new Map([
  ['is a source', 'sources: [{ type: vault, kv-version: 2 }]'],
  ['values refer to', 'sources: [{ type: native, search-locations: ["FOLDER"] }]'],
]);

for (const [how, source] of sources)
  describe(`a secret of Vault that ${how}, rotated`, () => {
    const cleanups = createCleanups();
    afterEach(() => cleanups.run());

    const stage = async (interval = '20ms') => {
      const kv = createFakeKv({ orders: { password: before } });
      const vault = cleanups.add(
        await startFakeVault((asked) => (asked.path.startsWith('auth/') ? { status: 403 } : kv.answer(asked))),
      );
      const folder = cleanups.add(await aSettingsFolder());
      const files = cleanups.add(await aFolder({ 'orders.yml': 'password: "{vault}:orders#password"\n' }));
      const config = await folder.write(
        'cairn.yml',
        `data-directory: ${folder.path}
vault: { address: "${vault.url}", auth: { token: server }, time-to-live: 1h }
secrets: { poll-interval: ${interval}, kv-version: 2, allow: [{ applications: [orders], paths: ["secret/orders"] }] }
${source.replace('FOLDER', files.path)}
`,
      );
      let log = '';
      const app = cleanups.add(await startCairnApp(config, (text) => (log += text)));
      const get = async (headers = {}) => ask(app.port, { path: '/orders/default', headers });
      return { kv, vault, app, get, log: () => log };
    };
    const passwordIn = (reply: Awaited<ReturnType<typeof ask>>): unknown => {
      const [source] = jsonOf(reply)['propertySources'] as { source: { password: string } }[];
      return source?.source.password;
    };

    it('moves the tag of the environment, without a commit and within the time to live', async () => {
      const { kv, get, log } = await stage();
      const first = await get();
      const tag = first.headers.etag!;
      expect((await get({ 'If-None-Match': tag })).status).to.equal(304);
      kv.write('orders', { password: after });
      const second = await eventually(async () => {
        const reply = await get({ 'If-None-Match': tag });
        return reply.status === 304 ? undefined : reply;
      });
      expect([passwordIn(first), passwordIn(second)]).to.deep.equal([before, after]);
      expect(second.headers.etag).not.to.equal(tag);
      expect(log()).to.contain('secret secret/orders rotated').and.not.contain(after);
    });

    it('is looked at by a webhook that names no repository, however long the next look is away', async () => {
      const { kv, app, get } = await stage('1h');
      const { headers } = await get();
      kv.write('orders', { password: after });
      const body = JSON.stringify({ path: ['orders'] });
      const json = { 'Content-Type': 'application/json' };
      const reply = await ask(app.port, { path: '/monitor', method: 'POST', headers: json, body });
      expect(reply.status).to.equal(200);
      const second = await eventually(async () => {
        const now = await get({ 'If-None-Match': headers.etag });
        return now.status === 304 ? undefined : now;
      });
      expect(passwordIn(second)).to.equal(after);
    });

    it('reaches a service as one change', async () => {
      const { kv, app } = await stage();
      const config = cleanups.add(
        await load({ url: app.url, application: 'orders', profiles: ['default'], refresh: { interval: 100 } }),
      );
      const changes: unknown[] = [];
      config.on('change', ({ changed }) => changes.push(changed));
      kv.write('orders', { password: after });
      await eventually(() => (config.get('password') === after ? true : undefined));
      expect(changes).to.deep.equal([[{ key: 'password', previous: before, next: after }]]);
    });

    it('is found without its values being read while it is what it was', async () => {
      const { get, vault } = await stage();
      await get();
      const isOf = (part: string) => (): true | undefined =>
        vault.asked.filter(({ path }) => path === `secret/${part}/orders`).length > 2 ? true : undefined;
      await eventually(isOf('metadata'));
      const reads = vault.asked.filter(({ path }) => path.startsWith('secret/data/'));
      expect(reads.length).to.equal(new Set(reads.map(({ path }) => path)).size);
    });
  });
