import { createMemoryBackend } from '#server/backends/memory/memory-backend.js';
import { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import { noAbort } from '../support/queries.js';
import { describeBackend } from './backend.js';
import { memoryChanges } from '../support/memory-changes.js';

describeBackend(
  'memory',
  async ({ files, ...options }) => {
    const repository = createMemoryRepository();
    repository.commit({ files });
    const backend = createMemoryBackend({ repository, uri: 'memory://shop', ...options });
    await backend.start(noAbort());
    return {
      backend,
      uri: 'memory://shop',
      ...memoryChanges(repository),
      close: () => backend.close(),
    };
  },
  { labels: true, history: true },
);
