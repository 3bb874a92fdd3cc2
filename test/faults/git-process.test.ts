import { expect } from 'chai';
import { createCleanups } from '../support/cleanups.js';
import { aRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import { aStore, signal } from '../support/git-stores.js';
import { kill, killInMidFetch, said, startMirror } from '../support/killed-fetches.js';
import { needPrograms } from '../support/real-program.js';
import { tempFolders } from '../support/temp-folders.js';

describe('processes that share a mirror', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('serve at once after a restart, however often they were killed in the middle of a fetch', async () => {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'round: 0\n').create());
    const server = cleanups.add(await startGitServer(repository));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const first = aStore(server.url, { dataDirectory, engine: 'isomorphic' });
    await first.store.start(signal);
    await first.close();
    await killInMidFetch({ url: server.url, dataDirectory, engine: 'isomorphic', repository, server, rounds: 4 });
    server.mode = 'down';
    const served = cleanups.add(aStore(server.url, { dataDirectory, engine: 'isomorphic' }));
    await served.store.start(signal);
    const before = await served.text(null, 'a.yml');
    server.mode = 'normal';
    await served.store.refresh({}, signal);

    expect(before).to.match(/^round: [0-4]\n$/);
    expect(await served.text(null, 'a.yml')).to.equal('round: 4\n');
    expect(served.events.map(({ type }) => type)).to.not.include('mirror-repaired');
  });

  for (const engine of ['isomorphic', 'cli'] as const) {
    it(`by engine ${engine} are refused while another one works on it, and take it over when that one has been killed`, async function () {
      if (engine === 'cli') needPrograms(this, ['git']);
      const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
      const server = cleanups.add(await startGitServer(repository));
      const dataDirectory = await cleanups.add(tempFolders()).create();
      const version = await repository.resolve('main');
      const first = startMirror({ url: server.url, dataDirectory, engine });
      const firstSaid = await said(first);
      const second = startMirror({ url: server.url, dataDirectory, engine });
      const secondSaid = await said(second);
      await kill(first);
      const third = startMirror({ url: server.url, dataDirectory, engine });
      const thirdSaid = await said(third);
      await kill(third);

      expect([firstSaid, secondSaid, thirdSaid]).to.deep.equal([
        { version },
        { code: 'CONFIG_MIRROR_LOCKED' },
        { version },
      ]);
    });
  }
});
