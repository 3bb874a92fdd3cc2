import { execFileSync } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aRepository } from '../../support/git-repository.js';
import type { TestRepository } from '../../support/git-repository.js';
import { aStore, signal } from '../../support/git-stores.js';
import type { StoreUnderTest } from '../../support/git-stores.js';
import { tempFolders } from '../../support/temp-folders.js';

describe('local repository on disk', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function serve(repository: TestRepository, options: Partial<GitStoreOptions> = {}): Promise<StoreUnderTest> {
    const served = cleanups.add(aStore(cleanups.add(repository).uri, options));
    await served.store.start(signal);
    return served;
  }

  const simple = (): Promise<TestRepository> => aRepository().withFile('a.yml', 'a: 1\n').create();

  it('starts without a repository, says so, and serves it when it appears', async () => {
    const path = join(await cleanups.add(tempFolders()).create(), 'later');
    const served = cleanups.add(aStore(path));
    await served.store.start(signal);
    const before = served.store.health();
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => served.version(null));
    await aRepository().withFile('a.yml', 'a: 1\n').create(path);

    expect(before).to.deep.equal({
      ready: false,
      lastSuccess: null,
      error: 'There is no git repository at the path of the source.',
    });
    expect(error.message).to.not.include(path);
    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
    expect(served.store.health().ready).to.equal(true);
  });

  it('is not ready while the repository has no commits', async () => {
    const repository = await aRepository().create();
    const served = await serve(repository);
    const before = served.store.health().error;
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => served.version(null));
    await repository.commit({ files: { 'a.yml': 'a: 1\n' } });

    expect(before).to.equal('The repository has no commits yet.');
    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
  });

  it('says so where its refs lead to commits that are not there', async () => {
    const repository = await simple();
    await fs.rm(join(repository.gitdir, 'objects'), { recursive: true });
    await fs.mkdir(join(repository.gitdir, 'objects', 'pack'), { recursive: true });
    const served = await serve(repository);

    expect(served.store.health().error).to.equal(
      'None of the refs of the repository leads to a commit that can be read.',
    );
  });

  it('serves through a symbolic link, also after it has been swapped', async () => {
    const [one, two] = [
      cleanups.add(await simple()),
      cleanups.add(await aRepository().withFile('a.yml', 'a: 2\n').create()),
    ];
    const link = join(await cleanups.add(tempFolders()).create(), 'link');
    await fs.symlink(one.path, link);
    const served = cleanups.add(aStore(link));
    await served.store.start(signal);
    const before = await served.text(null, 'a.yml');
    await fs.symlink(two.path, `${link}.new`);
    await fs.rename(`${link}.new`, link);

    expect([before, await served.text(null, 'a.yml')]).to.deep.equal(['a: 1\n', 'a: 2\n']);
  });

  it('reads refs from packed-refs, unless a loose one is there', async () => {
    const repository = await simple();
    const commit = await repository.resolve('main');
    await fs.writeFile(
      join(repository.gitdir, 'packed-refs'),
      `# pack-refs with: peeled fully-peeled sorted\n${commit} refs/heads/packed\n`,
    );
    await repository.deleteBranch('unused');
    const served = await serve(repository);
    const before = await served.version('packed');
    const next = await repository.commit({ branch: 'packed' });

    expect([before, await served.version('packed')]).to.deep.equal([commit, next]);
  });

  it('follows a symbolic ref, and the branch it leads to', async () => {
    const repository = await simple();
    await fs.writeFile(join(repository.gitdir, 'refs', 'heads', 'stable'), 'ref: refs/heads/main\n');
    const served = await serve(repository);
    await eventually(() => served.store.stamp('main'));
    const commit = await repository.commit({});

    expect(served.store.stamp('stable')).to.equal(undefined);
    expect(await served.version('stable')).to.equal(commit);
  });

  it('follows the .git file of a submodule or worktree', async () => {
    const repository = cleanups.add(await simple());
    const folder = await cleanups.add(tempFolders()).create();
    await fs.writeFile(join(folder, '.git'), `gitdir: ${repository.gitdir}\n`);
    const served = cleanups.add(aStore(folder));
    await served.store.start(signal);

    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
  });

  const unsupported = [
    ['SHA-256 objects', 'config', '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n'],
    ['reftable', 'config', '[extensions]\n\trefstorage = reftable\n'],
    ['a partial clone', 'config', '[remote "origin"]\n\tpromisor = true\n'],
    ['alternates', 'objects/info/alternates', '/somewhere/objects\n'],
  ] as const;
  for (const [form, file, content] of unsupported) {
    it(`refuses to start with ${form} where no git program is to read it`, async () => {
      const repository = await simple();
      await fs.mkdir(join(repository.gitdir, 'objects', 'info'), { recursive: true });
      await fs.writeFile(join(repository.gitdir, file), content);

      await expectError('CONFIG_REPOSITORY_UNSUPPORTED', () => serve(repository, { engine: 'isomorphic' }));
    });
  }

  it('goes on serving while its owner packs objects and refs', async function () {
    if (!hasGit()) this.skip();
    const repository = await simple();
    const served = await serve(repository);
    const first = await served.version(null);
    await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    git(repository, 'gc', '--quiet', '--prune=now');
    const packed = await served.text(null, 'a.yml');
    await repository.commit({ files: { 'b.yml': 'b: 1\n' } });
    git(repository, 'repack', '-a', '-d', '-q');

    expect([packed, await served.text(first, 'a.yml'), await served.text(null, 'b.yml')]).to.deep.equal([
      'a: 2\n',
      'a: 1\n',
      'b: 1\n',
    ]);
  });
});

function git(repository: TestRepository, ...args: string[]): void {
  execFileSync('git', ['--git-dir', repository.gitdir, ...args], { stdio: 'pipe' });
}

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
