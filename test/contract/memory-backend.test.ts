import { createMemoryBackend } from '#server/backends/memory/memory-backend.js';
import { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import { noAbort } from '../support/queries.js';
import { describeBackend } from './backend.js';

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
      change: (changed, at) => Promise.resolve(repository.commit({ files: changed, ...at })),
      tag: async (name) => {
        await Promise.resolve();
        repository.tag(name);
      },
      deleteBranch: async (name) => {
        await Promise.resolve();
        repository.deleteBranch(name);
      },
      close: () => backend.close(),
    };
  },
  { labels: true, history: true },
);
