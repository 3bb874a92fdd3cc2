import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { MovedLabel } from '#server/backends/backend.js';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { eventually } from '../../support/eventually.js';
import { aRepository } from '../../support/git-repository.js';
import type { TestRepository } from '../../support/git-repository.js';
import { startGitServer } from '../../support/git-server.js';
import type { TestGitServer } from '../../support/git-server.js';
import { aStore, signal } from '../../support/git-stores.js';
import type { StoreUnderTest } from '../../support/git-stores.js';
import { tempFolders } from '../../support/temp-folders.js';

interface Served extends StoreUnderTest {
  readonly repository: TestRepository;
  readonly server: TestGitServer;
  readonly dataDirectory: string;
}

describe('git store over a mirror', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function serve(repository: TestRepository, options: Partial<GitStoreOptions> = {}): Promise<Served> {
    const server = cleanups.add(await startGitServer(cleanups.add(repository)));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const opened = cleanups.add(aStore(server.url, { dataDirectory, ...options }));
    await opened.store.start(signal);
    return { ...opened, repository, server, dataDirectory };
  }

  const simple = (): Promise<TestRepository> => aRepository().withFile('a.yml', 'a: 1\n').create();

  async function generations({ dataDirectory }: Served): Promise<string[]> {
    const [mirror] = await fs.readdir(join(dataDirectory, 'mirrors'));
    return (await fs.readdir(join(dataDirectory, 'mirrors', mirror!))).filter((name) => name.startsWith('gen-'));
  }

  it('serves a remote, and answers from memory without asking it', async () => {
    const served = await serve(await simple());
    const asked = served.server.requests.length;
    const text = await served.text(null, 'a.yml');

    expect(text).to.equal('a: 1\n');
    expect(served.server.requests.length).to.equal(asked);
    expect(served.store.health()).to.deep.include({ ready: true, error: null });
    expect(served.store.stamp(null)).to.equal(await served.version('main'));
  });

  it('keeps its mirror where only its own user can read it', async () => {
    const served = await serve(await simple());
    const mirrors = join(served.dataDirectory, 'mirrors');
    const [mirror] = await fs.readdir(mirrors);

    expect(mirror).to.match(/^[0-9a-f]{64}$/);
    expect((await fs.stat(join(mirrors, mirror!))).mode & 0o777).to.equal(0o700);
  });

  it('serves a new commit after a refresh, and tells what moved', async () => {
    const served = await serve(await simple());
    const first = await served.version(null);
    const heard: MovedLabel[] = [];
    served.store.onVersionChange((moved) => heard.push(...moved));
    const second = await served.repository.commit({ files: { 'a.yml': 'a: 2\n' } });

    const moved = await served.store.refresh({}, signal);

    expect(moved).to.deep.equal([{ label: 'main', from: first, to: second }]);
    expect(heard).to.deep.equal(moved);
    expect(await served.text(null, 'a.yml')).to.equal('a: 2\n');
    expect(served.events.filter(({ type }) => type === 'label-moved')).to.have.length(1);
  });

  it('does not fetch when nothing has moved', async () => {
    const served = await serve(await simple());
    await served.store.refresh({}, signal);
    const packs = served.server.requests.filter(({ method }) => method === 'POST').length;
    await served.store.refresh({}, signal);

    // Two listings, branches and tags, are two posts; a fetch would be a third.
    expect(served.server.requests.filter(({ method }) => method === 'POST').length - packs).to.equal(2);
  });

  it('does not ask for a commit that it serves already', async () => {
    const served = await serve(await simple());
    const asked = served.server.requests.length;
    const commit = await served.repository.resolve('main');

    expect(await served.store.refresh({ label: 'main', commit }, signal)).to.deep.equal([]);
    expect(served.server.requests.length).to.equal(asked);
  });

  it('polls by itself', async () => {
    const served = await serve(await simple(), { refreshIntervalMs: 10 });
    const commit = await served.repository.commit({});

    await eventually(async () => ((await served.version(null)) === commit ? true : undefined));
  });

  it('follows a branch that was pushed by force', async () => {
    const served = await serve(await simple());
    const first = await served.version(null);
    const second = await served.repository.commit({});
    await served.store.refresh({}, signal);
    await served.repository.setBranch('main', first!);
    const moved = await served.store.refresh({}, signal);

    expect(moved).to.deep.equal([{ label: 'main', from: second, to: first }]);
    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(second));
  });

  it('goes on serving a branch that was deleted', async () => {
    const repository = await simple();
    const commit = await repository.commit({ branch: 'gone', base: 'main' });
    const served = await serve(repository);
    await repository.deleteBranch('gone');

    expect(await served.store.refresh({}, signal)).to.deep.equal([]);
    expect(await served.version('gone')).to.equal(commit);
  });

  it('stops serving a branch that was deleted, where that is wanted', async () => {
    const repository = await simple();
    const commit = await repository.commit({ branch: 'gone', base: 'main' });
    const served = await serve(repository, { deleteUntrackedBranches: true });
    await repository.deleteBranch('gone');

    expect(await served.store.refresh({}, signal)).to.deep.equal([{ label: 'gone', from: commit, to: null }]);
    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version('gone'));
  });

  it('fetches once for a label it does not know, also for several requests', async () => {
    const served = await serve(await simple());
    const commit = await served.repository.commit({ branch: 'new', base: 'main' });
    const asked = served.server.requests.length;

    const versions = await Promise.all([served.version('new'), served.version('new'), served.version('new')]);

    expect(versions).to.deep.equal([commit, commit, commit]);
    // Branches and tags are listed by two requests each; the fetch makes two.
    expect(served.server.requests.length - asked).to.equal(6);
  });

  it('does not ask again for a label that was not found a moment ago', async () => {
    const served = await serve(await simple());
    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version('nowhere'));
    const asked = served.server.requests.length;
    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version('nowhere'));

    expect(served.server.requests.length).to.equal(asked);
  });

  it('asks no remote for what cannot be a label', async () => {
    const served = await serve(await simple());
    const asked = served.server.requests.length;
    for (const label of ['HEAD', 'main~1', 'a..b'])
      await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(label));

    expect(served.server.requests.length).to.equal(asked);
  });

  it('asks the remote for few of many unknown labels', async () => {
    const served = await serve(await simple(), { now: () => 1 });
    const asked = served.server.requests.length;
    const labels = Array.from({ length: 50 }, (_, index) => `unknown-${index}`);
    for (const label of labels) await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(label));

    expect(served.server.requests.length - asked).to.equal(40);
  });

  it('serves full and abbreviated commit ids, and gives them a stamp once found', async () => {
    const repository = await simple();
    const first = await repository.resolve('main');
    await repository.commit({});
    const served = await serve(repository);

    expect(await served.version(first)).to.equal(first);
    expect(await served.version(first.slice(0, 7))).to.equal(first);
    expect(served.store.stamp(first)).to.equal(first);
  });

  it('serves at once from a present mirror while the remote is down', async () => {
    const served = await serve(await simple());
    const before = served.store.health().lastSuccess;
    await served.close();
    served.server.mode = 'down';
    const again = cleanups.add(aStore(served.server.url, { dataDirectory: served.dataDirectory }));
    await again.store.start(signal);

    expect(await again.text(null, 'a.yml')).to.equal('a: 1\n');
    expect(again.store.health().lastSuccess).to.be.within(1, before!);
  });

  it('gives two stores of one process and URI a mirror each', async () => {
    const served = await serve(await simple());
    await served.close();
    const stores = [1, 2].map(() => cleanups.add(aStore(served.server.url, { dataDirectory: served.dataDirectory })));
    await Promise.all(stores.map(({ store }) => store.start(signal)));

    expect(await Promise.all(stores.map((one) => one.text(null, 'a.yml')))).to.deep.equal(['a: 1\n', 'a: 1\n']);
    expect(await fs.readdir(join(served.dataDirectory, 'mirrors'))).to.have.length(2);
  });

  it('starts a new generation when there are too many packs, and loses nothing it served', async () => {
    const repository = await simple();
    const gone = await repository.commit({ branch: 'gone', base: 'main', files: { 'b.yml': 'b: 1\n' } });
    const served = await serve(repository);
    await repository.deleteBranch('gone');
    await crowd(served);
    await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    await served.store.refresh({}, signal);
    const after = await generations(served);
    await served.store.refresh({}, signal);

    expect([after, await generations(served)]).to.deep.equal([['gen-1', 'gen-2'], ['gen-2']]);
    expect([await served.version('gone'), await served.text('gone', 'b.yml')]).to.deep.equal([gone, 'b: 1\n']);
    expect(await served.text(null, 'a.yml')).to.equal('a: 2\n');
  });

  /** Copies the one pack to many names. */
  async function crowd(served: Served): Promise<void> {
    const [mirror] = await fs.readdir(join(served.dataDirectory, 'mirrors'));
    const folder = join(served.dataDirectory, 'mirrors', mirror!, 'gen-1', 'objects', 'pack');
    const names = await fs.readdir(folder);
    for (let copy = 0; copy < 50; copy += 1) {
      for (const name of names) {
        await fs.copyFile(
          join(folder, name),
          join(folder, `pack-${copy.toString(16).padStart(40, '0')}${name.slice(-5).replace(/^[^.]*/, '')}`),
        );
      }
    }
  }
});
