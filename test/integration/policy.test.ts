import { expect } from 'chai';
import { join } from 'node:path';
import { createApp } from '#server/app.js';
import { createToken } from '#server/app/credentials.js';
import { ask, jsonOf, type Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { aFolder, type Folder } from '../support/folders.js';
import { aSettingsFolder } from '../support/settings-folder.js';

const reader = createToken({ name: 'orders-service', roles: 'reader', expires: '1d' }, Date.now());
const ops = createToken({ name: 'ops', roles: 'operator', expires: '1d' }, Date.now());
const policy = (application: string): string =>
  `rules:\n  - name: orders\n    principals: [orders-service]\n    applications: [${application}]\n`;

interface Stage {
  readonly config: Folder;
  readonly get: (path: string, token?: string) => Promise<Reply>;
  readonly log: () => string;
}

describe('a server with a policy', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function stage(security: object, served = 'served'): Promise<Stage> {
    const config = cleanups.add(await aFolder({ 'policy.yml': policy('orders') }));
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'max-items: 50\n');
    const sources = [{ type: 'native', 'search-locations': [served === 'served' ? folder.path : config.path] }];
    const tokens = { entries: [reader.entry, ops.entry] };
    const text = JSON.stringify({ server: { port: 0 }, sources, security: { tokens, ...security } });
    const { settings } = await folder.load('cairn.json', text.replaceAll('CONFIG', config.path));
    let log = '';
    const app = createApp(settings, { stream: { write: (line: string) => ((log += line), true) } });
    cleanups.add({ close: () => app.close() });
    const { port } = await app.start();
    const get = (path: string, token = reader.token): Promise<Reply> =>
      ask(port, { path, headers: { authorization: `Bearer ${token}` } });
    return { config, get, log: () => log };
  }
  const status = async ({ get }: Stage, path = '/orders/default'): Promise<number> => (await get(path)).status;

  it('refuses everything where security is configured and no rule allows, and says so at the start', async () => {
    const one = await stage({});
    expect(await status(one)).to.equal(403);
    expect(one.log()).to.include('no rule of `security.policy` allows anything');
  });

  it('lets read what its rules allow', async () => {
    const rules = [{ name: 'orders', principals: ['orders-service'], applications: ['orders'] }];
    const one = await stage({ policy: { rules } });
    expect([await status(one), await status(one, '/billing/default')]).to.deep.equal([200, 403]);
  });

  it('takes a new policy file while it runs, and keeps the old one where the new one is broken', async () => {
    const one = await stage({ 'policy-file': 'CONFIG/policy.yml' });
    expect([await status(one), await status(one, '/billing/default')]).to.deep.equal([200, 403]);
    await one.config.write({ 'policy.yml': policy('billing') });
    await eventually(async () => ((await status(one, '/billing/default')) === 200 ? true : undefined));
    expect(await status(one)).to.equal(403);

    await one.config.write({ 'policy.yml': `${policy('orders')}    efect: deny\n` });
    await eventually(() => (one.log().includes('the policy stays as it was') ? true : undefined));
    expect([await status(one), await status(one, '/billing/default')]).to.deep.equal([403, 200]);
    const { components } = jsonOf(await one.get('/actuator/health', ops.token));
    expect((components as { policy: object }).policy).to.deep.equal({
      status: 'UP',
      details: {
        generation: 2,
        refused: '`rules[0].efect` (policy.yml line 5) is not a setting; did you mean `rules[0].effect`?',
      },
    });
  });

  it('does not start with a policy file that is missing, or that writers of configuration can change', async () => {
    await expectError('CONFIG_POLICY_INVALID', () => stage({ 'policy-file': join('CONFIG', 'none.yml') }));
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      stage({ 'policy-file': 'CONFIG/policy.yml' }, 'config'),
    );
    expect(error.message).to.include('stands in a folder that is served');
  });
});
