import { expect } from 'chai';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { createApp } from '#server/app.js';
import { createToken, passwordHash } from '#server/app/credentials.js';
import { ask, jsonOf, type Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { openEvents } from '../support/event-reader.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { aFolder, type Folder } from '../support/folders.js';
import { openPolicy } from '../support/open-policy.js';
import { basicHeader } from '../support/presented.js';
import { aSettingsFolder } from '../support/settings-folder.js';

const tokenFor = (name: string, roles = 'reader') => createToken({ name, roles, expires: '30d' }, Date.now());
const ops = tokenFor('ops', 'operator,auditor,reader');
const leaked = tokenFor('orders');
/** Of the same name, as while one token takes the place of another. */
const other = tokenFor('orders');
const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
const changes = '/-/changes?query=orders/default';

interface Stage {
  readonly port: number;
  readonly people: Folder;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>, agent?: Agent) => Promise<Reply>;
  readonly log: () => string;
  /** Waits for what health says of the file. */
  readonly until: (details: RegExp) => Promise<unknown>;
}

describe('a server with a credentials file', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function stage(file: object, served = 'served'): Promise<Stage> {
    const people = cleanups.add(await aFolder({ 'people.json': JSON.stringify(file) }));
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'max-items: 50\n');
    const settings = {
      server: { port: 0 },
      'data-directory': join(folder.path, 'state'),
      sources: [{ type: 'native', 'search-locations': [served === 'served' ? folder.path : people.path] }],
      audit: { sinks: ['file'] },
      security: {
        tokens: { entries: [ops.entry] },
        'credentials-file': join(people.path, 'people.json'),
        policy: openPolicy,
      },
    };
    const loaded = await folder.load('cairn.json', JSON.stringify(settings));
    let log = '';
    const app = createApp(loaded.settings, { stream: { write: (line: string) => ((log += line), true) } });
    cleanups.add({ close: () => app.close() });
    const { port } = await app.start();
    const get: Stage['get'] = (path, headers = bearer(ops.token), agent) =>
      ask(port, { path, headers, ...(agent === undefined ? {} : { agent }) });
    const until: Stage['until'] = (details) =>
      eventually(async () => (details.test(JSON.stringify(await healthOf(get))) ? true : undefined));
    return { port, people, get, log: () => log, until };
  }
  async function healthOf(get: Stage['get']): Promise<unknown> {
    const { components } = jsonOf(await get('/actuator/health'));
    return (components as { credentials: { details: object } }).credentials.details;
  }
  const write = ({ people }: Stage, text: object | string): Promise<void> =>
    people.write({ 'people.json': typeof text === 'string' ? text : JSON.stringify(text) });
  /** Records are there a moment after what they tell of. */
  function recordsOf({ get }: Stage, log: string, member: object, count = 1): Promise<readonly object[]> {
    return eventually(async () => {
      const { records } = jsonOf(await get(`/-/audit?log=${log}&limit=100`));
      const found = (records as readonly Record<string, unknown>[]).filter((record) =>
        Object.entries(member).every(([name, value]) => record[name] === value),
      );
      return found.length >= count ? found : undefined;
    });
  }

  it('refuses a token that was taken out, at the next request of the same connection, and ends its streams', async () => {
    const one = await stage({ tokens: [leaked.entry, other.entry] });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanups.add({
      close: () => {
        agent.destroy();
        return Promise.resolve();
      },
    });
    const ofLeaked = () => one.get('/orders/default', bearer(leaked.token), agent);
    const ofOther = () => one.get('/orders/default', bearer(other.token));
    // The second is answered by what the connection brought last.
    expect([(await ofLeaked()).status, (await ofLeaked()).status, (await ofOther()).status]).to.deep.equal([
      200, 200, 200,
    ]);
    const [ended, goesOn] = [
      await openEvents(one.port, { path: changes, headers: bearer(leaked.token) }),
      cleanups.add(await openEvents(one.port, { path: changes, headers: bearer(other.token) })),
    ];
    await Promise.all([ended.next(), goesOn.next()]);

    await write(one, { tokens: [other.entry] });
    expect(await ended.ended).to.equal(true);
    const { status, headers } = await ofLeaked();
    expect([status, headers['www-authenticate']]).to.deep.equal([
      401,
      'Bearer realm="cairn", error="invalid_token", error_description="The token is not valid."',
    ]);
    expect((await openEvents(one.port, { path: changes, headers: bearer(leaked.token) })).status).to.equal(401);
    expect((await ofOther()).status).to.equal(200);
    await eventually(() => (/event: environment/.test(goesOn.text()) ? true : undefined));
    const still = await Promise.race([goesOn.ended, ofOther()]);
    expect(still).to.have.property('status', 200);
  });

  it('never refuses a token that stays, while others come and go', async () => {
    const one = await stage({ tokens: [leaked.entry, other.entry] });
    const state = { isOver: false };
    const statuses = new Set<number>();
    const asking = (async () => {
      while (!state.isOver) statuses.add((await one.get('/orders/default', bearer(other.token))).status);
    })();
    await write(one, { tokens: [other.entry] });
    await one.until(/"generation":2/);
    await write(one, { tokens: [leaked.entry, other.entry] });
    await one.until(/"generation":3/);
    state.isOver = true;
    await asking;
    expect([...statuses]).to.deep.equal([200]);
    expect((await one.get('/orders/default', bearer(leaked.token))).status).to.equal(200);
  });

  it('takes other roles, another end and another password at the next request', async () => {
    const ann = async (password: string, roles: readonly string[]) => ({
      name: 'ann',
      'password-hash': await passwordHash(password),
      roles,
    });
    const one = await stage({ tokens: [leaked.entry], users: [await ann('first', ['reader'])] });
    const statuses = async (password: string): Promise<readonly number[]> => {
      const asAnn = { authorization: basicHeader('ann', password) };
      const replies = [
        await one.get('/orders/default', bearer(leaked.token)),
        await one.get('/actuator/info', bearer(leaked.token)),
        await one.get('/orders/default', asAnn),
      ];
      return replies.map(({ status }) => status);
    };
    expect(await statuses('first')).to.deep.equal([200, 403, 200]);
    const second = await ann('second', ['reader']);
    await write(one, { tokens: [{ ...leaked.entry, roles: ['operator'] }], users: [second] });
    await one.until(/"generation":2/);
    expect(await statuses('first')).to.deep.equal([403, 200, 401]);
    await write(one, { tokens: [{ ...leaked.entry, expires: '2020-01-01' }], users: [second] });
    await one.until(/"generation":3/);
    expect(await statuses('second')).to.deep.equal([401, 401, 200]);
    expect(one.log()).to.contain(`the API token ${leaked.entry.id} of \\"orders\\" has expired`);
  });

  it('keeps who it knows while the file is broken, and says so without a hash', async () => {
    const one = await stage({ tokens: [leaked.entry] });
    const broken = { tokens: [{ ...leaked.entry, hash: undefined, [leaked.entry.hash]: true }] };
    await write(one, broken);
    await one.until(/people\.json line 1 has a name that is not taken there/);
    await write(one, { tokens: [ops.entry] });
    await one.until(/of people\.json is in the settings, too/);
    expect((await one.get('/orders/default', bearer(leaked.token))).status).to.equal(200);
    const records = await recordsOf(one, 'changes', { kind: 'credentials-refused' }, 2);
    const shown = one.log() + JSON.stringify([await healthOf(one.get), records]);
    expect(shown).to.contain('users and API tokens stay as they were: ').and.contain('"generation":1');
    for (const { token, entry } of [leaked, ops])
      for (const part of [entry.hash, token]) expect(shown).not.to.contain(part.slice(-40));
  });

  it('tells the audit who came, went and was changed, and of each stream that ended so', async () => {
    const one = await stage({ tokens: [leaked.entry], users: [] });
    const stream = await openEvents(one.port, { path: changes, headers: bearer(leaked.token) });
    await stream.next();
    await write(one, { tokens: [other.entry] });
    await stream.ended;
    const [replaced] = await recordsOf(one, 'changes', { kind: 'credentials-replaced' });
    expect(replaced).to.deep.include({
      generation: 2,
      added: [{ token: other.entry.id, name: 'orders' }],
      changed: [],
      removed: [{ token: leaked.entry.id, name: 'orders' }],
      isComplete: true,
    });
    const [refused] = await recordsOf(one, 'queries', { rule: 'not authenticated' });
    expect(refused).to.include({ outcome: 'denied', principal: 'orders', route: '/-/changes', application: 'orders' });
    expect(one.log()).to.contain('users and API tokens were replaced: 1 added, 0 changed, 1 removed');
  });

  it('says at the start which tokens of the file soon end', async () => {
    const expires = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const one = await stage({ tokens: [{ ...leaked.entry, expires }, other.entry] });
    const notices = one.log().match(/the API token \w+ of \\"orders\\" expires in \w+ days/g);
    expect(notices).to.deep.equal([`the API token ${leaked.entry.id} of \\"orders\\" expires in 3 days`]);
  });

  it('does not start with a file that is missing, wrong, or that writers of configuration can change', async () => {
    await expectError('CONFIG_SETTINGS_INVALID', () => stage({}));
    await expectError('CONFIG_SETTINGS_INVALID', () =>
      stage({ users: [{ name: 'ann', 'password-hash': 'scrypt$1' }] }),
    );
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => stage({ tokens: [] }, 'people'));
    expect(error.message).to.include('`security.credentials-file` stands in a folder that is served');
  });
});
