import { expect } from 'chai';
import { ask, jsonOf, type Reply } from '../support/ask.js';
import { startCairnApp, type RunningApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aFolder, type Folder } from '../support/folders.js';
import { aRepository, type TestRepository } from '../support/git-repository.js';
import { aSettingsFolder } from '../support/settings-folder.js';

describe('several sources', () => {
  const cleanups = createCleanups();
  let one: TestRepository;
  let two: TestRepository;
  let folder: Folder;

  beforeEach(async () => {
    one = cleanups.add(await aRepository().withFile('orders.yml', 'who: one\none: 1\n').create());
    two = cleanups.add(
      await aRepository().withFile('orders.yml', 'who: two\n').withFile('motd.txt', '${who}\n').create(),
    );
    folder = cleanups.add(await aFolder({ 'orders.yml': 'who: folder\n', 'only.txt': 'folder\n' }));
  });
  afterEach(() => cleanups.run());

  async function serve(sources: readonly string[], more = ''): Promise<RunningApp> {
    const settings = cleanups.add(await aSettingsFolder());
    const text = `observability: { log: { level: silent } }\n${more}\nsources:\n${sources.map((source) => `  - ${source}\n`).join('')}`;
    return cleanups.add(await startCairnApp(await settings.write('cairn.yml', text)));
  }
  const all = (): readonly string[] => [
    `{ type: git, uri: "${two.path}" }`,
    `{ type: native, search-locations: ["${folder.path}"] }`,
    `{ type: git, name: shared, uri: "${one.path}" }`,
  ];
  const whoOf = (reply: Reply): unknown =>
    (jsonOf(reply)['propertySources'] as { source: Record<string, unknown> }[]).map(({ source }) => source['who']);

  it('answer with the version of each, and 304 with those of now where the content stands', async () => {
    const { port } = await serve(all());
    const first = await ask(port, { path: '/orders/dev' });
    const [a, b] = [await two.resolve('main'), await one.resolve('main')];
    expect(whoOf(first)).to.deep.equal(['two', 'folder', 'one']);
    expect(jsonOf(first)).to.include({ version: null, state: null });
    expect(first.headers['x-config-version']).to.equal(`1-git=${a}, 2-native=, shared=${b}`);

    const c = await one.commit({ files: { 'README.md': 'nothing of orders\n' } });
    const headers = { 'If-None-Match': String(first.headers.etag) };
    const second = await eventually(async () => {
      const reply = await ask(port, { path: '/orders/dev', headers });
      return reply.headers['x-config-version'] === first.headers['x-config-version'] ? undefined : reply;
    });
    expect([second.status, second.headers['x-config-version']]).to.deep.equal([
      304,
      `1-git=${a}, 2-native=, shared=${c}`,
    ]);
  });

  it('show a change of any of them', async () => {
    const { port } = await serve(all());
    await ask(port, { path: '/orders/dev' });
    await one.commit({ files: { 'orders.yml': 'who: changed\n' } });
    const reply = await eventually(async () => {
      const found = await ask(port, { path: '/orders/dev' });
      return found.body.includes('changed') ? found : undefined;
    });
    expect(whoOf(reply)).to.deep.equal(['two', 'folder', 'changed']);
  });

  it('give resources of the first that has them, placeholders from all', async () => {
    const { port } = await serve(all());
    expect((await ask(port, { path: '/orders/dev/main/motd.txt' })).body.toString()).to.equal('two\n');
    expect((await ask(port, { path: '/orders/dev/main/only.txt' })).body.toString()).to.equal('folder\n');
    expect((await ask(port, { path: '/orders/dev/main/none.txt' })).status).to.equal(404);
    expect((await ask(port, { path: '/orders-dev.properties' })).body.toString()).to.equal('who: two\none: 1');
  });

  it('take lists of labels, each source all of them, and fail where one has not', async () => {
    for (const [repository, name] of [
      [one, 'one'],
      [two, 'two'],
    ] as const)
      await repository.commit({ branch: 'feature/x', base: 'main', files: { 'orders.yml': `who: ${name}-x\n` } });
    const { port } = await serve([all()[0]!, all()[2]!]);
    const list = await ask(port, { path: '/orders/dev/main,feature(_)x' });
    expect(whoOf(list)).to.deep.equal(['two-x', 'two', 'one-x', 'one']);
    await one.deleteBranch('feature/x');
    const missing = await ask(port, { path: '/orders/dev/main,feature(_)x' });
    expect(jsonOf(missing)).to.include({ status: 404, code: 'CONFIG_LABEL_NOT_FOUND', source: 'shared' });
  });

  it('leave out a label that is not there, where a source is told to', async () => {
    const { port } = await serve([`{ type: git, uri: "${one.path}", continue-on-multiple-label-failure: true }`]);
    expect(whoOf(await ask(port, { path: '/orders/dev/none,main' }))).to.deep.equal(['one']);
    expect((await ask(port, { path: '/orders/dev/none,neither' })).status).to.equal(404);
  });

  it('are not ready while one has had no good copy, and answer without it only where that is wanted', async () => {
    const sources = [all()[0]!, `{ type: git, name: gone, uri: "${folder.path}" }`];
    const strict = await serve(sources);
    const refused = await ask(strict.port, { path: '/orders/dev' });
    expect(jsonOf(refused)).to.include({ status: 503, source: 'gone' });
    expect((await ask(strict.port, { path: '/actuator/health/readiness' })).status).to.equal(503);

    const lenient = await serve(sources, 'serving: { fail-on-composite-error: false }');
    const reply = await ask(lenient.port, { path: '/orders/dev' });
    expect(whoOf(reply)).to.deep.equal(['two']);
    expect(reply.headers['x-config-version']).to.match(/^1-git=[0-9a-f]{40}$/);
    const health = jsonOf(await ask(lenient.port, { path: '/actuator/health' }));
    expect(JSON.stringify(health)).to.contain('{"name":"gone","ready":false,"error":').and.not.contain(folder.path);
  });
});
