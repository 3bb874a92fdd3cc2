import { expect } from 'chai';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { aRepository } from '../support/git-repository.js';
import type { TestRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import type { GitServerMode, GitServerOptions, TestGitServer } from '../support/git-server.js';
import { aStore, signal } from '../support/git-stores.js';
import type { StoreUnderTest } from '../support/git-stores.js';
import { tempFolders } from '../support/temp-folders.js';

const canary = 'CANARY-5b1f0c';

interface Remote {
  readonly repository: TestRepository;
  readonly server: TestGitServer;
  readonly serve: (options?: Partial<GitStoreOptions>, uri?: string) => Promise<StoreUnderTest>;
}

describe('a remote that fails', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function aRemote(options: GitServerOptions = {}): Promise<Remote> {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const server = cleanups.add(await startGitServer(repository, options));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    return {
      repository,
      server,
      serve: async (given = {}, uri = server.url) => {
        const served = cleanups.add(aStore(uri, { dataDirectory, timeoutMs: 200, ...given }));
        await served.store.start(signal);
        return served;
      },
    };
  }

  const modes: readonly GitServerMode[] = ['down', 'hang', 'garbage', 'unauthorized', 'unavailable', 'truncated'];
  for (const mode of modes) {
    it(`at start by being ${mode} does not keep the store from starting, and is served when it is back`, async () => {
      const { server, serve } = await aRemote();
      server.mode = mode;
      const served = await serve();
      const before = served.store.health();
      const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => served.version(null));
      server.mode = 'normal';

      expect(before).to.deep.equal({ ready: false, lastSuccess: null, error: before.error });
      expect([before.error, error.message].every((text) => text?.includes(server.url))).to.equal(true);
      expect(await eventually(() => served.text(null, 'a.yml'))).to.equal('a: 1\n');
      expect(served.store.health()).to.deep.include({ ready: true, error: null });
      expect(served.events.map(({ type }) => type)).to.include.members(['source-failed', 'source-recovered']);
    });

    it(`later by being ${mode} changes nothing of what is served`, async () => {
      const { server, repository, serve } = await aRemote();
      const served = await serve();
      const { lastSuccess } = served.store.health();
      const version = await served.version(null);
      await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
      server.mode = mode;
      await expectError('CONFIG_SOURCE_UNAVAILABLE', () => served.store.refresh({}, signal));

      expect([await served.version(null), await served.text(null, 'a.yml')]).to.deep.equal([version, 'a: 1\n']);
      expect(served.store.health()).to.deep.include({ ready: true, lastSuccess });
      expect(served.store.health().error).to.be.a('string');
    });
  }

  it('by answering slowly, but never silent for long, is served all the same', async () => {
    const { server, serve } = await aRemote();
    server.mode = 'slow';

    expect(await (await serve({ timeoutMs: 1_000 })).text(null, 'a.yml')).to.equal('a: 1\n');
  });

  it('by never ending is given up after the time a clone may take', async () => {
    const { server, serve } = await aRemote();
    server.mode = 'hang';
    const served = await serve({ timeoutMs: 10_000, cloneTimeoutMs: 50 });

    expect(served.store.health().error).to.equal(`The repository ${server.url} was not fetched within 50 ms.`);
  });

  it('by answering more than the limit is refused', async () => {
    const { serve } = await aRemote();
    const served = await serve({ engine: 'isomorphic', engineLimits: { responseBytes: 100 } });

    expect(served.store.health().error).to.match(/answers more than the limit of bytes\.$/);
  });

  it('while it hangs does not keep close from ending', async () => {
    const { server, serve } = await aRemote();
    server.mode = 'hang';
    const served = await serve({ timeoutMs: 60_000, startWaitMs: 20 });

    await served.close();
    await served.close();
  });

  it('by having no branches yet is not ready, and served when it has some', async () => {
    const repository = cleanups.add(await aRepository().create());
    const server = cleanups.add(await startGitServer(repository));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const served = cleanups.add(aStore(server.url, { dataDirectory }));
    await served.store.start(signal);
    const { error } = served.store.health();
    await repository.commit({ files: { 'a.yml': 'a: 1\n' } });

    expect(error).to.equal(`The repository ${server.url} has no branches and no tags.`);
    expect(await eventually(() => served.text(null, 'a.yml'))).to.equal('a: 1\n');
  });

  describe('for want of the right credentials', () => {
    const forms = [
      ['username and password', { username: 'reader', password: canary }],
      ['a token', { token: canary }],
    ] as const;
    for (const [form, credentials] of forms) {
      it(`is served with ${form}`, async () => {
        const { serve } = await aRemote({
          username: 'username' in credentials ? 'reader' : 'x-access-token',
          password: canary,
        });

        expect(await (await serve({ credentials })).text(null, 'a.yml')).to.equal('a: 1\n');
      });
    }

    it('is served with user info of the URI, which is then not seen again', async () => {
      const { server, serve } = await aRemote({ username: 'reader', password: `${canary}/@` });
      const uri = server.url.replace('//', `//reader:${encodeURIComponent(`${canary}/@`)}@`);
      const served = await serve({}, uri);

      expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
      expect(JSON.stringify([server.requests.map(({ path }) => path), served.events])).to.not.include(canary);
    });

    it('says so, and no event, error or health report has them', async () => {
      const { server, serve } = await aRemote({ username: 'reader', password: 'other' });
      const served = await serve({ credentials: { username: 'reader', password: canary } });
      const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => served.version(null));
      const encoded = Buffer.from(`reader:${canary}`).toString('base64');
      const seen = JSON.stringify([served.events, served.store.health(), error.message, error, error.stack]);

      expect(error.message).to.equal(`The remote ${server.url} refuses the credentials (status 401).`);
      expect([seen.includes(canary), seen.includes(encoded)]).to.deep.equal([false, false]);
      expect(server.requests.some(({ authorization }) => authorization === `Basic ${encoded}`)).to.equal(true);
    });
  });
});
