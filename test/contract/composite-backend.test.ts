import { createCompositeBackend } from '#server/backends/composite/composite-backend.js';
import { createMemoryBackend } from '#server/backends/memory/memory-backend.js';
import { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import { noAbort } from '../support/queries.js';
import { describeBackend } from './backend.js';
import type { BackendFixture, CreateFixture } from './backend.js';
import { describeResolution } from './backend-resolution.js';
import { memoryChanges } from '../support/memory-changes.js';

const uri = 'memory://shop';

/** A composite whose first part is the source that the suite changes. */
function compositeOf(others: number): CreateFixture {
  return async ({ files, ...options }) => {
    const repository = createMemoryRepository();
    repository.commit({ files });
    const emit = options.emit ?? (() => undefined);
    const parts = [createMemoryBackend({ ...options, repository, uri, name: 'first' })];
    for (let count = 0; count < others; count += 1) {
      const other = createMemoryRepository();
      other.commit({ files: { 'README.md': 'nothing for anybody\n' } });
      parts.push(createMemoryBackend({ repository: other, name: `other-${count}`, emit }));
    }
    const backend = createCompositeBackend({ name: 'all', parts, emit });
    await backend.start(noAbort());
    return {
      backend,
      uri,
      ...memoryChanges(repository),
      close: () => backend.close(),
    };
  };
}

describeBackend('composite of one', compositeOf(0), { labels: true, history: true });

describe('backend contract: composite of three', () => {
  const open: BackendFixture[] = [];
  afterEach(async () => {
    for (const fixture of open.splice(0)) await fixture.close();
  });
  describeResolution({
    capabilities: { labels: true, history: true },
    create: async (options) => {
      const fixture = await compositeOf(2)(options);
      open.push(fixture);
      return fixture;
    },
  });
});
