import type { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import type { BackendFixture } from '../contract/backend.js';

/** What the contract of backends does to a repository, done to one in memory. */
export function memoryChanges(
  repository: ReturnType<typeof createMemoryRepository>,
): Pick<BackendFixture, 'change' | 'tag' | 'deleteBranch'> {
  return {
    change: (changed, at) => Promise.resolve(repository.commit({ files: changed, ...at })),
    tag: async (name) => {
      await Promise.resolve();
      repository.tag(name);
    },
    deleteBranch: async (name) => {
      await Promise.resolve();
      repository.deleteBranch(name);
    },
  };
}
