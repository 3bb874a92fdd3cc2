import { aRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import { describeWhole, type Remote } from '../support/whole.js';

describeWhole('remote, server and service together', async (files): Promise<Remote> => {
  const repository = await aRepository().bare().create();
  await repository.commit({ files });
  const server = await startGitServer(repository);
  return {
    url: server.url,
    push: (changed) => repository.commit({ files: changed }),
    die: () => server.close(),
    remove: async () => {
      await server.close();
      await repository.remove();
    },
  };
});
