import { expect } from 'chai';
import { createCleanups } from '../support/cleanups.js';
import { aRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import { aStore, signal } from '../support/git-stores.js';
import { killInMidFetch } from '../support/killed-fetches.js';
import { needPrograms } from '../support/real-program.js';
import { tempFolders } from '../support/temp-folders.js';

const rounds = 50;

describe('a process that mirrors', () => {
  const cleanups = createCleanups();
  before(function () {
    needPrograms(this, ['git']);
  });
  afterEach(() => cleanups.run());

  for (const engine of ['isomorphic', 'cli'] as const) {
    it(`by engine ${engine} serves at once after it was killed ${rounds} times at random moments of a fetch`, async () => {
      const repository = cleanups.add(await aRepository().withFile('a.yml', 'round: 0\n').create());
      const server = cleanups.add(await startGitServer(repository));
      const dataDirectory = await cleanups.add(tempFolders()).create();
      const open = async (): Promise<ReturnType<typeof aStore>> => {
        const served = aStore(server.url, { dataDirectory, engine });
        await served.store.start(signal);
        return served;
      };
      await (await open()).close();
      const fetching = await killInMidFetch({ url: server.url, dataDirectory, engine, repository, server, rounds });
      server.mode = 'down';
      const served = cleanups.add(await open());
      const before = await served.text(null, 'a.yml');
      server.mode = 'normal';
      await served.store.refresh({}, signal);

      expect(fetching).to.be.at.least(rounds / 2);
      expect(before).to.match(/^round: \d+\n$/);
      expect(await served.text(null, 'a.yml')).to.equal(`round: ${rounds}\n`);
      expect(served.events.map(({ type }) => type)).to.not.include('mirror-repaired');
    });
  }
});
