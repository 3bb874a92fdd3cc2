import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
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
  readonly first: string;
}

describe('a refresh that names a commit', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function serve(): Promise<Served> {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const server = cleanups.add(await startGitServer(repository));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const opened = cleanups.add(aStore(server.url, { dataDirectory, refreshIntervalMs: null, retryMs: 60_000 }));
    await opened.store.start(signal);
    return { ...opened, repository, server, first: await repository.resolve('main') };
  }

  /** A commit that the remote has, but does not show yet. */
  async function announce({ repository, first }: Served): Promise<string> {
    const commit = await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    await repository.setBranch('main', first);
    return commit;
  }

  async function untilAsked({ server }: Served, before: number): Promise<void> {
    await eventually(() => (server.requests.length > before + 1 ? true : undefined));
  }

  it('goes on until a commit that was announced too early is served', async () => {
    const served = await serve();
    const { store, repository, server, first } = served;
    const commit = await announce(served);
    const asked = server.requests.length;
    const refreshed = store.refresh({ label: 'main', commit, previous: first }, signal);
    await untilAsked(served, asked);
    await repository.setBranch('main', commit);

    expect(await refreshed).to.deep.equal([{ label: 'main', from: first, to: commit }]);
    expect(await served.text('main', 'a.yml')).to.equal('a: 2\n');
  });

  it('goes on while the remote is away', async () => {
    const served = await serve();
    const { store, server, first } = served;
    const commit = await served.repository.commit({});
    server.mode = 'unavailable';
    const asked = server.requests.length;
    const refreshed = store.refresh({ label: 'main', commit, previous: first }, signal);
    await eventually(() => (server.requests.length > asked ? true : undefined));
    server.mode = 'normal';

    expect(await refreshed).to.deep.equal([{ label: 'main', from: first, to: commit }]);
  });

  it('ends with its deadline, and says so', async () => {
    const served = await serve();
    const reason = new Error('too late');
    const deadline = new AbortController();
    const asked = served.server.requests.length;
    const refreshed = served.store.refresh({ label: 'main', commit: 'f'.repeat(40) }, deadline.signal);
    await untilAsked(served, asked);
    deadline.abort(reason);

    expect(await refreshed.catch((error: unknown) => error)).to.equal(reason);
  });

  it('ends when the store is closed', async () => {
    const served = await serve();
    const refreshed = served.store.refresh({ commit: 'f'.repeat(40) }, signal).then(
      () => 'served',
      () => 'ended',
    );
    await served.store.close();

    expect(await refreshed).to.equal('ended');
  });

  it('asks nobody for a commit that a later push has covered', async () => {
    const served = await serve();
    const { store, repository, server, first } = served;
    const second = await repository.commit({});
    await repository.commit({});
    await store.refresh({}, signal);
    const asked = server.requests.length;

    expect(await store.refresh({ label: 'main', commit: second, previous: first }, signal)).to.deep.equal([]);
    expect(server.requests.length).to.equal(asked);
  });

  it('waits for a branch to be set back to a commit that it serves below', async () => {
    const served = await serve();
    const { store, repository, first } = served;
    const second = await repository.commit({});
    await store.refresh({}, signal);
    await repository.setBranch('main', first);

    const moved = await store.refresh({ label: 'main', commit: first, previous: second }, signal);
    expect(moved).to.deep.equal([{ label: 'main', from: second, to: first }]);
  });

  it('checks where it is not told what the branch was before', async () => {
    const served = await serve();
    const { store, repository, first } = served;
    const second = await repository.commit({});
    await store.refresh({}, signal);
    await repository.setBranch('main', first);

    const moved = await store.refresh({ label: 'main', commit: first }, signal);
    expect(moved).to.deep.equal([{ label: 'main', from: second, to: first }]);
  });

  it('takes the id of an annotated tag for its commit', async () => {
    const served = await serve();
    const { store, repository, first } = served;
    const tag = await repository.annotate('v1', first);

    const moved = await store.refresh({ label: 'v1', commit: tag }, signal);
    expect(moved).to.deep.equal([{ label: 'v1', from: null, to: first }]);
    expect(await store.refresh({ commit: first }, signal)).to.deep.equal([]);
  });

  it('waits in a local repository too', async () => {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const { store } = cleanups.add(aStore(repository.path));
    await store.start(signal);
    const first = await repository.resolve('main');
    const second = await repository.commit({});

    const moved = await store.refresh({ label: 'main', commit: second, previous: first }, signal);
    expect(moved).to.deep.equal([{ label: 'main', from: first, to: second }]);
  });

  it('knows labels without asking the remote', async () => {
    const served = await serve();
    const { store, server, repository, first } = served;
    await repository.commit({ branch: 'new', base: 'main' });
    const asked = server.requests.length;
    const known = await Promise.all([null, 'main', first, 'new', 'HEAD'].map((label) => store.knows(label, signal)));

    expect(known).to.deep.equal([true, true, true, false, false]);
    expect(server.requests.length).to.equal(asked);
  });
});
