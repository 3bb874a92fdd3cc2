import { expect } from 'chai';
import { defaultEngineLimits } from '#server/backends/git/engine.js';
import type { EngineLimits, GitEngine, Refs, TreeIndex } from '#server/backends/git/engine.js';
import { createCleanups } from '../support/cleanups.js';
import { expectError } from '../support/expect-error.js';
import { commitWithNames } from '../support/git-names.js';
import { aRepository } from '../support/git-repository.js';
import type { TestRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import type { GitServerOptions, TestGitServer } from '../support/git-server.js';
import { tempFolders } from '../support/temp-folders.js';

export interface EngineUnderTest {
  readonly gitdir: string;
  /** None: a local repository. */
  readonly url?: string;
  readonly timeoutMs: number;
  readonly limits: EngineLimits;
}

export type CreateEngine = (options: EngineUnderTest) => GitEngine;

const signal = new AbortController().signal;
const nothing: Refs = new Map();

function filesOf(tree: TreeIndex, prefix = ''): string[] {
  const below = [...tree.trees].flatMap(([name, folder]) => filesOf(folder, `${prefix}${name}/`));
  return [...[...tree.blobs.keys()].map((name) => prefix + name), ...below].sort();
}

export interface EngineSuite {
  readonly create: CreateEngine;
  /** Of remotes that do not hang; a program of its own takes a moment to start. Default 200. */
  readonly timeoutMs?: number;
  /** What it says of a remote that closes connections. */
  readonly closed: string;
}

/** What every engine does. */
export function describeGitEngine(name: string, { create, timeoutMs = 200, closed }: EngineSuite): void {
  describe(`git engine ${name}`, () => {
    const cleanups = createCleanups();
    afterEach(() => cleanups.run());

    async function mirrorOf(
      repository: TestRepository,
      options: GitServerOptions = {},
    ): Promise<[GitEngine, TestGitServer]> {
      const server = cleanups.add(await startGitServer(cleanups.add(repository), options));
      const gitdir = await cleanups.add(tempFolders()).create();
      const engine = create({ gitdir, url: server.url, timeoutMs, limits: defaultEngineLimits });
      return [cleanups.add(engine), server];
    }

    function localOf(repository: TestRepository, limits: Partial<EngineLimits> = {}): GitEngine {
      const { gitdir } = cleanups.add(repository);
      return cleanups.add(create({ gitdir, timeoutMs, limits: { ...defaultEngineLimits, ...limits } }));
    }

    const syncAll = async (engine: GitEngine, known: Refs): Promise<Refs> =>
      engine.sync({ known, remote: await engine.remoteRefs(signal) }, signal);

    it('lists the branches and tags of a remote, unpeeled', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const commit = await repository.resolve('main');
      await repository.setTag('v1', commit);
      const tag = await repository.annotate('v2', commit);
      const [engine] = await mirrorOf(repository);

      expect([...(await engine.remoteRefs(signal))]).to.deep.equal([
        ['refs/heads/main', commit],
        ['refs/tags/v1', commit],
        ['refs/tags/v2', tag],
      ]);
    });

    it('lists nothing for an empty remote', async () => {
      const [engine] = await mirrorOf(await aRepository().create());

      expect([...(await engine.remoteRefs(signal))]).to.deep.equal([]);
    });

    for (const protocol of [1, 2] as const) {
      it(`fetches branches and peeled tags from a server of protocol version ${protocol}`, async () => {
        const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
        const commit = await repository.resolve('main');
        const tag = await repository.annotate('v1', commit);
        const [engine] = await mirrorOf(repository, { protocol });

        expect([...(await syncAll(engine, nothing))]).to.deep.equal([
          ['refs/heads/main', { target: commit, commit }],
          ['refs/tags/v1', { target: tag, commit }],
        ]);
      });
    }

    it('fetches from a remote whose HEAD names a branch that does not exist', async () => {
      const [engine] = await mirrorOf(await aRepository().withFile('a.yml', 'a: 1\n').onBranch('master').create());

      expect([...(await syncAll(engine, nothing)).keys()]).to.deep.equal(['refs/heads/master']);
    });

    it('moves a branch that was pushed by force, and a tag that was moved', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const first = await repository.resolve('main');
      const second = await repository.commit({ files: { 'a.yml': 'a: 2\n' }, tag: 'v1' });
      const [engine] = await mirrorOf(repository);
      const known = await syncAll(engine, nothing);
      await repository.setBranch('main', first);
      await repository.setTag('v1', first);

      const moved = await syncAll(engine, known);

      expect(known.get('refs/heads/main')).to.deep.equal({ target: second, commit: second });
      expect([...moved.values()]).to.deep.equal([
        { target: first, commit: first },
        { target: first, commit: first },
      ]);
    });

    it('leaves out a branch that was deleted, and takes one whose name was a folder of it', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const commit = await repository.commit({ branch: 'team/a', base: 'main' });
      const [engine] = await mirrorOf(repository);
      const known = await syncAll(engine, nothing);
      await repository.deleteBranch('team/a');
      await repository.setBranch('team', commit);

      expect([...(await syncAll(engine, known)).keys()]).to.deep.equal(['refs/heads/main', 'refs/heads/team']);
    });

    it('leaves out tags of what is no commit', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const [engine] = await mirrorOf(repository);
      const blob = (await localOf(repository).treeIndex(await repository.resolve('main'))).blobs.get('a.yml')!;
      await repository.setTag('blob', blob);

      expect([...(await syncAll(engine, nothing)).keys()]).to.deep.equal(['refs/heads/main']);
    });

    it('reads what it fetched, over several packs', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').withFile('x/y/b.yml', 'b: 1\n').create();
      const [engine] = await mirrorOf(repository);
      const known = await syncAll(engine, nothing);
      const commit = await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
      await syncAll(engine, known);
      const tree = await engine.treeIndex(commit);
      const ids = [tree.blobs.get('a.yml')!, tree.trees.get('x')!.trees.get('y')!.blobs.get('b.yml')!];

      const contents = await engine.readBlobs(ids, signal);

      expect(contents.map((bytes) => Buffer.from(bytes).toString())).to.deep.equal(['a: 2\n', 'b: 1\n']);
    });

    it('tells parents, time, tree and author of a commit, and of an annotated tag that of its commit', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const first = await repository.resolve('main');
      const second = await repository.commit({});
      const tag = await repository.annotate('v1', second);
      const engine = localOf(repository);

      expect(await engine.commitInfo(tag)).to.deep.equal({
        id: second,
        parents: [first],
        time: Date.UTC(2026, 0, 1, 0, 1),
        tree: (await engine.commitInfo(first))!.tree,
        author: 'Operator <operator@example.com>',
      });
    });

    it('knows no commit by an id that is not there, nor by a blob’s', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const engine = localOf(repository);
      const blob = (await engine.treeIndex(await repository.resolve('main'))).blobs.get('a.yml')!;

      expect(await engine.commitInfo('0123456789012345678901234567890123456789')).to.equal(undefined);
      expect(await engine.commitInfo(blob)).to.equal(undefined);
    });

    it('leaves out symbolic links and submodules', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const base = await repository.resolve('main');
      const commit = await repository.commit({ symlinks: { link: '/etc/passwd' }, submodules: { module: base } });

      expect(filesOf(await localOf(repository).treeIndex(commit))).to.deep.equal(['a.yml']);
    });

    it('leaves out files and folders whose names lead out of their folder or into git’s own', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').withFile('x/b.yml', 'b: 1\n').create();
      const commit = await commitWithNames(repository, ['..', '.', '.git', 'x/../../c.yml', '../d.yml', '/etc/passwd']);

      expect(filesOf(await localOf(repository).treeIndex(commit))).to.deep.equal(['a.yml', 'x/b.yml']);
    });

    it('shares equal folders of several commits', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').withFile('x/b.yml', 'b: 1\n').create();
      const engine = localOf(repository);
      const first = await engine.treeIndex(await repository.resolve('main'));
      const second = await engine.treeIndex(await repository.commit({ files: { 'a.yml': 'a: 2\n' } }));

      expect(second.trees.get('x')).to.equal(first.trees.get('x'));
    });

    it('reads packed and loose objects side by side, also those packed while it was reading', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      await repository.pack();
      const packed = await repository.resolve('main');
      const loose = await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
      const engine = localOf(repository);
      const texts = async (commit: string): Promise<string> => {
        const id = (await engine.treeIndex(commit)).blobs.get('a.yml')!;
        return Buffer.from((await engine.readBlobs([id], signal))[0]!).toString();
      };
      const before = [await texts(packed), await texts(loose)];
      const later = await repository.commit({ files: { 'a.yml': 'a: 3\n' } });
      await repository.pack();

      expect([...before, await texts(later)]).to.deep.equal(['a: 1\n', 'a: 2\n', 'a: 3\n']);
    });

    it('fetches and reads 10,000 files in one folder', async function () {
      this.timeout(60_000);
      const files = Array.from({ length: 10_000 }, (_, at) => [`service-${at}.yml`, `port: ${at % 50}\n`] as const);
      const builder = aRepository();
      for (const [name, text] of files) builder.withFile(`config/${name}`, text);
      const repository = await builder.create();
      await repository.pack();
      const [engine] = await mirrorOf(repository);
      await syncAll(engine, nothing);
      const { blobs } = (await engine.treeIndex(await repository.resolve('main'))).trees.get('config')!;
      const contents = await engine.readBlobs([...blobs.values()], signal);
      const found = [...blobs.keys()].map((name, at) => [name, Buffer.from(contents[at]!).toString()] as const);

      expect(new Map(found)).to.deep.equal(new Map(files));
    });

    it('reads the empty tree', async () => {
      const repository = await aRepository().withFile('a.yml', 'a: 1\n').create();
      const commit = await repository.commit({ delete: ['a.yml'] });

      expect(filesOf(await localOf(repository).treeIndex(commit))).to.deep.equal([]);
    });

    it('refuses a tree of more files than the limit', async () => {
      const repository = await aRepository().withFile('a', '').withFile('b', '').withFile('x/c', '').create();

      await expectError('CONFIG_TOO_LARGE', async () =>
        localOf(repository, { files: 2 }).treeIndex(await repository.resolve('main')),
      );
    });

    it('refuses a blob larger than the limit, each time', async () => {
      const repository = await aRepository().withFile('a', 'x'.repeat(101)).create();
      const engine = localOf(repository, { blobBytes: 100 });
      const id = (await engine.treeIndex(await repository.resolve('main'))).blobs.get('a')!;

      await expectError('CONFIG_TOO_LARGE', () => engine.readBlobs([id], signal));
      await expectError('CONFIG_TOO_LARGE', () => engine.readBlobs([id], signal));
    });

    it('refuses to read a blob that is not there', async () => {
      const engine = localOf(await aRepository().withFile('a', '').create());

      await expectError('CONFIG_SOURCE_UNAVAILABLE', () =>
        engine.readBlobs(['0123456789012345678901234567890123456789'], signal),
      );
    });

    it('does not fetch once its signal is aborted', async () => {
      const [engine] = await mirrorOf(await aRepository().withFile('a', '').create());
      const remote = await engine.remoteRefs(signal);

      const outcome = await engine
        .sync({ known: nothing, remote }, AbortSignal.abort(new Error('stopped')))
        .catch(String);

      expect(outcome).to.equal('Error: stopped');
    });

    const failures = [
      ['down', `cannot be reached (${closed})`],
      ['hang', `was silent for ${timeoutMs} ms`],
      ['unauthorized', 'asks for credentials, and none are set (status 401)'],
      ['unavailable', 'answers with status 503'],
      ['garbage', 'does not answer as a git server does'],
    ] as const;
    for (const [mode, problem] of failures) {
      it(`says of a remote that is in mode ${mode} that it ${problem}`, async () => {
        const [engine, server] = await mirrorOf(await aRepository().withFile('a', '').create());
        server.mode = mode;

        const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => engine.remoteRefs(signal));

        expect(error.message).to.equal(`The remote ${server.url} ${problem}.`);
      });
    }

    it('takes no truncated pack, and fetches all of it next time', async () => {
      const repository = await aRepository().withFile('a', '1').create();
      const [engine, server] = await mirrorOf(repository);
      server.mode = 'truncated';
      await expectError('CONFIG_SOURCE_UNAVAILABLE', () => syncAll(engine, nothing));
      server.mode = 'normal';

      const refs = await syncAll(engine, nothing);

      const commit = await repository.resolve('main');
      expect(refs.get('refs/heads/main')).to.deep.equal({ target: commit, commit });
      expect(filesOf(await engine.treeIndex(commit))).to.deep.equal(['a']);
    });

    it('carries refs that the remote no longer has over from another repository', async () => {
      const repository = await aRepository().withFile('a', '1').create();
      const gone = await repository.commit({ branch: 'gone', base: 'main', files: { b: '2' } });
      cleanups.add(repository);
      const [engine] = await mirrorOf(await aRepository().withFile('c', '3').create());
      const carry = {
        gitdir: repository.gitdir,
        refs: new Map([['refs/heads/gone', { target: gone, commit: gone }]]),
      };

      await engine.sync({ known: nothing, remote: await engine.remoteRefs(signal), carry }, signal);

      expect(filesOf(await engine.treeIndex(gone))).to.deep.equal(['a', 'b']);
    });
  });
}
