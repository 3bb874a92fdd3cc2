import type { Backend } from '#server/backends/backend.js';
import { createGitBackend } from '#server/backends/git/git-backend.js';
import { eventually } from '../support/eventually.js';
import type { Change, TestRepository } from '../support/git-repository.js';
import { aRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import { aQuery, noAbort } from '../support/queries.js';
import { tempFolders } from '../support/temp-folders.js';
import { describeBackend } from './backend.js';
import type { BackendFixture, FileChange, FixtureOptions } from './backend.js';

function changeOf(files: FileChange, at: Pick<Change, 'branch' | 'base'> = {}): Change {
  const entries = Object.entries(files);
  const written = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  const deleted = entries.filter(([, content]) => content === null).map(([path]) => path);
  return { files: Object.fromEntries(written), delete: deleted, ...at };
}

type Refresh = (backend: Backend) => Promise<unknown>;

async function fixtureOf(
  repository: TestRepository,
  { files: _files, ...options }: FixtureOptions,
  {
    uri,
    dataDirectory,
    refresh,
    close,
  }: { uri: string; dataDirectory?: string; refresh: Refresh; close: () => Promise<void> },
): Promise<BackendFixture> {
  const backend = createGitBackend({
    name: 'main',
    uri,
    refreshIntervalMs: null,
    deleteUntrackedBranches: true,
    emit: () => undefined,
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    ...options,
  });
  await backend.start(noAbort());
  await refresh(backend);
  return {
    backend,
    uri,
    change: async (changed, at) => {
      const base = at?.branch !== undefined && (await repository.has(at.branch)) ? {} : at;
      const commit = await repository.commit(
        changeOf(changed, { ...base, ...(at?.branch === undefined ? {} : { branch: at.branch }) }),
      );
      await refresh(backend);
      return commit;
    },
    tag: async (name) => {
      await repository.setTag(name, await repository.resolve('main'));
      await refresh(backend);
    },
    deleteBranch: async (name) => {
      await repository.deleteBranch(name);
      await refresh(backend);
    },
    close: async () => {
      await backend.close();
      await close();
    },
  };
}

async function repositoryOf({ files }: FixtureOptions): Promise<TestRepository> {
  const repository = await aRepository().create();
  await repository.commit(changeOf(files));
  return repository;
}

describeBackend(
  'git, local repository',
  async (options) => {
    const repository = await repositoryOf(options);
    // A commit is visible at once; a stamp is given only for refs that have settled.
    const refresh: Refresh = async (backend) => {
      await backend.refresh({}, noAbort());
      await eventually(() => backend.stamp(aQuery('orders')));
    };
    return fixtureOf(repository, options, { uri: repository.uri, refresh, close: () => repository.remove() });
  },
  { labels: true, history: true },
);

describeBackend(
  'git, mirror of a remote',
  async (options) => {
    const repository = await repositoryOf(options);
    const server = await startGitServer(repository);
    const folders = tempFolders();
    const close = async (): Promise<void> => {
      await server.close();
      await repository.remove();
      await folders.remove();
    };
    const dataDirectory = await folders.create();
    const refresh: Refresh = (backend) => backend.refresh({}, noAbort());
    return fixtureOf(repository, { ...options }, { uri: server.url, dataDirectory, refresh, close });
  },
  { labels: true, history: true },
);
