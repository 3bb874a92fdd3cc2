import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ask, jsonOf, type Reply } from '../support/ask.js';
import { startCairnApp, type RunningApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { aSettingsFolder } from '../support/settings-folder.js';
import { tempFolders } from '../support/temp-folders.js';
import { eventually } from '../support/eventually.js';
import { aRepository, type TestRepository } from '../support/git-repository.js';
import { startGitServer, type GitServerOptions, type TestGitServer } from '../support/git-server.js';

const password = 'canary-password';

describe('repositories of a git host', () => {
  const cleanups = createCleanups();
  let remote: TestGitServer;
  let repositories: Record<string, TestRepository>;
  let dataDirectory: string;

  beforeEach(async () => {
    const entries = ['config', 'team-a', 'team-b', 'team-c', 'fixed'].map(async (name) => {
      const repository = aRepository().bare().withFile('application.yml', `repo: ${name}\n`);
      return [name, cleanups.add(await repository.create())] as const;
    });
    repositories = Object.fromEntries(await Promise.all(entries));
    const options: GitServerOptions = { username: 'ann', password, others: repositories };
    remote = cleanups.add(await startGitServer(repositories['config']!, options));
    dataDirectory = await cleanups.add(tempFolders()).create();
  });
  afterEach(() => cleanups.run());

  async function serve(limits = '{}', more = ''): Promise<RunningApp> {
    const base = `http://127.0.0.1:${remote.port}`;
    const folder = cleanups.add(await aSettingsFolder());
    const settings = `data-directory: ${dataDirectory}
observability: { log: { level: silent } }
limits: ${limits}
sources:
  - type: git
    uri: ${base}/config.git
    refresh-interval: never
    credentials: { username: ann, password: ${password} }
    repositories:
      - { name: fixed, pattern: ["fixed*/*"], uri: "${base}/fixed.git" ${more} }
      - { name: team, pattern: ["team-*"], uri: "${base}/{application}.git" ${more} }
`;
    return cleanups.add(await startCairnApp(await folder.write('cairn.yml', settings)));
  }

  const sourcesOf = (reply: Reply): unknown =>
    (jsonOf(reply)['propertySources'] as { source: Record<string, unknown> }[]).map(({ source }) => source['repo']);
  const mirrors = async (): Promise<number> => (await readdir(join(dataDirectory, 'mirrors'))).length;
  const asked = (name: string): number => remote.requests.filter(({ path }) => path.includes(name)).length;

  it('are cloned when they are asked for, with the credentials of the source', async () => {
    const { port } = await serve();
    const replies = await Promise.all(
      ['orders', 'fixed-1', 'team-a'].map((name) => ask(port, { path: `/${name}/dev` })),
    );
    expect(replies.map(sourcesOf)).to.deep.equal([['config'], ['fixed'], ['team-a']]);
    expect(jsonOf(replies[2]!)['version']).to.equal(await repositories['team-a']!.resolve('main'));
    expect(asked('team-b')).to.equal(0);
  });

  it('have labels, lists of labels and resources of their own', async () => {
    const { port } = await serve();
    await repositories['team-a']!.commit({ branch: 'feature/x', files: { 'application.yml': 'repo: feature\n' } });
    await repositories['team-a']!.commit({ files: { 'motd.txt': 'team a\n' } });
    const list = await ask(port, { path: '/team-a/dev/main,feature(_)x' });
    expect(sourcesOf(list)).to.deep.equal(['feature', 'team-a']);
    expect((await ask(port, { path: '/team-a/dev/main/motd.txt' })).body.toString()).to.equal('team a\n');
    expect((await ask(port, { path: '/orders/dev/feature(_)x' })).status).to.equal(404);
  });

  it('fail by name and without any secret, and are not asked for again at once', async () => {
    const { port } = await serve();
    const replies = [];
    for (let count = 0; count < 3; count += 1) replies.push(await ask(port, { path: '/team-none/dev' }));
    expect(replies.map(({ status }) => status)).to.deep.equal([503, 503, 503]);
    expect(jsonOf(replies[0]!)).to.include({ code: 'CONFIG_SOURCE_UNAVAILABLE', source: 'team' });
    expect(replies.map(({ body }) => body.toString()).join()).to.not.contain('canary');
    expect(asked('team-none')).to.equal(1);
    expect(await mirrors()).to.equal(2);
    const unknownLabel = await ask(port, { path: '/team-a/dev/none' });
    expect(jsonOf(unknownLabel)).to.include({ status: 404, source: 'team' });
  });

  it('are replaced by the source itself only where that is wanted', async () => {
    const { port } = await serve('{}', ', fallback-to-default: true');
    const reply = await ask(port, { path: '/team-none/dev' });
    expect([reply.status, sourcesOf(reply)]).to.deep.equal([200, ['config']]);
  });

  it('are kept in a bounded number', async () => {
    const { port } = await serve('{ mirrors: 2 }');
    for (const name of ['team-a', 'team-b', 'team-c'])
      expect(sourcesOf(await ask(port, { path: `/${name}/dev` }))).to.deep.equal([name]);
    expect(sourcesOf(await ask(port, { path: '/team-a/dev' }))).to.deep.equal(['team-a']);
    // The source's own, the two that are open, and the one that the settings name, which is only closed.
    await eventually(async () => {
      expect(await mirrors()).to.equal(4);
      return true;
    });
  });

  it('are served from disk after a restart, although the host is gone', async () => {
    const first = await serve();
    await ask(first.port, { path: '/team-a/dev' });
    await first.close();
    remote.mode = 'down';
    const second = await serve();
    expect(sourcesOf(await ask(second.port, { path: '/team-a/dev' }))).to.deep.equal(['team-a']);
    expect(sourcesOf(await ask(second.port, { path: '/orders/dev' }))).to.deep.equal(['config']);
  });

  it('never lead out of the host or path, whatever a request names', async () => {
    const { port } = await serve();
    await ask(port, { path: '/fixed-1/dev' });
    const before = remote.requests.length;
    for (const name of [
      'team-a%3Fservice=x',
      'team-:80',
      'team-a%252e%252e',
      'team-a(_)..(_)fixed',
      'team-a(_).git',
      'team-%20--upload-pack=touch',
      'team-ext::sh',
      'team-a(_)(_)evil.example.com',
      'team-%24(id)',
      'team-a%00b',
      'team-a%5Cb',
    ]) {
      const reply = await ask(port, { path: `/${name}/dev` });
      expect([name, reply.status, jsonOf(reply)['code']]).to.deep.equal([name, 400, 'CONFIG_NAME_INVALID']);
    }
    expect(remote.requests.length).to.equal(before);
  });

  it('are told of in health, and do not count for readiness', async () => {
    const { port } = await serve();
    for (const name of ['fixed-1', 'team-a', 'team-none']) await ask(port, { path: `/${name}/dev` });
    const health = jsonOf(await ask(port, { path: '/actuator/health' }));
    const text = JSON.stringify(health);
    expect(text).to.contain('"repositories":[{"name":"fixed","ready":true').and.contain('"name":"team","ready":true');
    expect(text).to.contain('team-none').and.not.contain('canary');
    expect((await ask(port, { path: '/actuator/health/readiness' })).status).to.equal(200);
  });

  it('have an age of their own', async () => {
    const { port } = await serve();
    const reply = await ask(port, { path: '/team-a/dev' });
    expect(reply.headers['x-config-age']).to.equal('0');
    expect(reply.headers['x-config-version']).to.equal(await repositories['team-a']!.resolve('main'));
  });
});
