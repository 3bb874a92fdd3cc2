import { createMemoryBackend } from '#server/backends/memory/memory-backend.js';
import { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import { createRepositoriesBackend } from '#server/backends/repositories/repositories-backend.js';
import type { RepositoriesOptions } from '#server/backends/repositories/repositories-backend.js';
import { noAbort } from '../support/queries.js';
import { describeBackend } from './backend.js';
import type { CreateFixture } from './backend.js';
import { memoryChanges } from '../support/memory-changes.js';

const uri = 'memory://shop';
type Shape = Pick<RepositoriesOptions, 'own' | 'repositories'>;

/** The repository that the suite changes is the one with `uri`; every other has nothing in it. */
function repositoriesOf(shape: Shape): CreateFixture {
  return async ({ files, ...options }) => {
    const repository = createMemoryRepository();
    repository.commit({ files });
    const backend = createRepositoriesBackend({
      ...shape,
      name: 'main',
      emit: options.emit ?? (() => undefined),
      create: (target) =>
        target.uri === uri
          ? createMemoryBackend({ ...options, repository, uri })
          : createMemoryBackend({ repository: createMemoryRepository() }),
    });
    await backend.start(noAbort());
    return {
      backend,
      uri,
      ...memoryChanges(repository),
      close: () => backend.close(),
    };
  };
}

const own = { name: null, uri, defaultLabel: 'main' };
const team = { name: 'team', patterns: ['*'], uri, defaultLabel: 'main', fallbackToDefault: false };
const capabilities = { labels: true, history: true };

describeBackend('repositories, none of which matches', repositoriesOf({ own, repositories: [] }), capabilities);
describeBackend(
  'a repository chosen by pattern',
  repositoriesOf({ own: { ...own, uri: 'memory://other' }, repositories: [team] }),
  capabilities,
);
