import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createApp } from '#server/app.js';
import { loadSettings } from '#server/settings/load.js';
import { ask, jsonOf } from '../support/ask.js';
import type { Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aRepository } from '../support/git-repository.js';
import type { TestRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import type { TestGitServer } from '../support/git-server.js';
import { tempFolders } from '../support/temp-folders.js';
import { hexHmac, readWebhook } from '../support/webhooks.js';

const secret = 'canary-of-the-hook';

interface Whole {
  readonly port: number;
  readonly repository: TestRepository;
  readonly git: TestGitServer;
  readonly first: string;
  log(): string;
  close(): Promise<void>;
}

describe('webhooks and the whole server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function start(more: object = {}, sources: readonly object[] = []): Promise<Whole> {
    const repository = cleanups.add(await aRepository().withFile('orders.yml', 'max-items: 50\n').create());
    const git = cleanups.add(await startGitServer(repository));
    const folder = await cleanups.add(tempFolders()).create();
    const config = join(folder, 'cairn.yml');
    const settings = {
      'data-directory': join(folder, 'data'),
      sources: [{ type: 'git', name: 'main', uri: git.url, 'refresh-interval': 'never' }, ...sources],
      webhooks: { github: { secret } },
      server: { port: 0 },
      ...more,
    };
    await writeFile(config, JSON.stringify(settings));
    const loaded = await loadSettings({ config, environment: {} });
    let log = '';
    const app = cleanups.add(createApp(loaded.settings, { stream: { write: (line) => ((log += line), true) } }));
    const { port } = await app.start();
    const close = (): Promise<void> => app.close();
    return { port, repository, git, first: await repository.resolve('main'), log: () => log, close };
  }

  /** A push as GitHub announces it, whether the remote shows it yet or not. */
  function announce(whole: Whole, commit: string, before: string, repository?: object): Promise<Reply> {
    const { headers, payload } = readWebhook('github-push');
    const push = { ...payload, after: commit, before, head_commit: { id: commit }, ...(repository && { repository }) };
    const body = JSON.stringify(push);
    const signature = `sha256=${hexHmac(secret, body)}`;
    const number = { 'X-GitHub-Delivery': commit, 'X-Hub-Signature-256': signature };
    return ask(whole.port, { path: '/monitor', method: 'POST', headers: { ...headers, ...number }, body });
  }

  async function ordersOf({ port }: Whole): Promise<string> {
    return (await ask(port, { path: '/orders-default.properties' })).body.toString();
  }

  async function versionOf({ port }: Whole): Promise<unknown> {
    return jsonOf(await ask(port, { path: '/orders/default' }))['version'];
  }

  it('serve a commit as soon as the remote has it, though it was announced before', async () => {
    const whole = await start();
    const { repository, git, first } = whole;
    const commit = await repository.commit({ files: { 'orders.yml': 'max-items: 750\n' } });
    await repository.setBranch('main', first);
    const asked = git.requests.length;

    const reply = await announce(whole, commit, first);
    expect([reply.status, reply.body.toString()]).to.deep.equal([
      200,
      '["orders-dev","orders","billing-prod","billing"]',
    ]);
    await eventually(() => (git.requests.length > asked ? true : undefined));
    expect(await versionOf(whole)).to.equal(first);
    await repository.setBranch('main', commit);

    await eventually(async () => ((await versionOf(whole)) === commit ? true : undefined));
    expect(jsonOf(await ask(whole.port, { path: '/orders-default.json' }))).to.deep.equal({ 'max-items': 750 });
    expect(whole.log()).to.contain('"event":"label-moved"').and.contain('webhook of github').and.not.contain('canary');
  });

  it('tell of a commit that never comes, and go on serving', async () => {
    const whole = await start({ webhooks: { github: { secret }, 'commit-deadline': '50ms' } });
    await announce(whole, 'f'.repeat(40), whole.first);

    await eventually(() => (whole.log().includes('"event":"refresh-late"') ? true : undefined));
    expect(whole.log()).to.contain(`the announced commit ${'f'.repeat(40)} is not served after 50 ms`);
    expect(await versionOf(whole)).to.equal(whole.first);
  });

  it('come to few requests to the remote, however many they are', async () => {
    const whole = await start();
    const asked = whole.git.requests.length;
    const ids = Array.from({ length: 300 }, (_, at) => (at + 1).toString(16).padStart(40, '0'));
    const replies = await Promise.all(ids.map((id) => announce(whole, id, whole.first)));

    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([200]));
    expect(whole.git.requests.length - asked).to.be.below(300);
    await whole.close();
  });

  it('that are sent again ask the remote nothing', async () => {
    const whole = await start();
    const commit = await whole.repository.commit({});
    await announce(whole, commit, whole.first);
    await eventually(async () => ((await versionOf(whole)) === commit ? true : undefined));
    const asked = whole.git.requests.length;

    expect((await announce(whole, commit, whole.first)).status).to.equal(200);
    expect(whole.git.requests.length).to.equal(asked);
  });

  it('ask the remote that they name, and no other', async () => {
    const team = cleanups.add(await aRepository().withFile('orders.yml', 'team: red\n').create());
    const other = cleanups.add(await startGitServer(team));
    const whole = await start({}, [{ type: 'git', name: 'team', uri: other.url, 'refresh-interval': 'never' }]);
    const asked = [whole.git.requests.length, other.requests.length];
    const before = await team.resolve('main');
    const commit = await team.commit({ files: { 'orders.yml': 'team: blue\n' } });

    await announce(whole, commit, before, { clone_url: other.url });
    await eventually(async () => (await ordersOf(whole)).includes('blue') || undefined);

    expect(whole.git.requests.length).to.equal(asked[0]);
    expect(other.requests.length).to.be.above(asked[1]!);
  });

  it('leave health alone, whose probes fetch nothing', async () => {
    const repositories = [
      { application: 'orders', profiles: [], label: null },
      { application: 'orders', profiles: ['prod'], label: 'far' },
    ];
    const whole = await start({ health: { repositories } });
    await whole.repository.commit({ branch: 'far', base: 'main' });
    const asked = whole.git.requests.length;
    const reply = await ask(whole.port, { path: '/actuator/health/configServer' });
    const { details, status } = jsonOf(reply) as { status: string; details: Record<string, unknown> };

    expect([reply.status, status, details['repository'], details['error']]).to.deep.equal([
      503,
      'DOWN',
      { application: 'orders', profiles: 'prod' },
      'CONFIG_LABEL_NOT_FOUND: The label "far" is not in what was fetched; a probe fetches nothing.',
    ]);
    expect(whole.git.requests.length).to.equal(asked);
  });
});
