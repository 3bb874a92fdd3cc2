import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { createCleanups } from '../../support/cleanups.js';
import { runGitCommand } from '../../support/git-command.js';
import { aRepository } from '../../support/git-repository.js';
import type { TestRepository } from '../../support/git-repository.js';
import { startGitServer } from '../../support/git-server.js';
import type { GitServerOptions, TestGitServer } from '../../support/git-server.js';
import { aStore, signal } from '../../support/git-stores.js';
import type { StoreUnderTest } from '../../support/git-stores.js';
import { needPrograms } from '../../support/real-program.js';
import { tempFolders } from '../../support/temp-folders.js';

const canary = 'CANARY-77aa01';

describe('a repository read by the git program', () => {
  const cleanups = createCleanups();
  before(function () {
    needPrograms(this, ['git']);
  });
  afterEach(() => cleanups.run());

  interface Mirrored {
    readonly repository: TestRepository;
    readonly server: TestGitServer;
    readonly served: StoreUnderTest;
    readonly dataDirectory: string;
  }

  async function mirrored(
    options: Partial<GitStoreOptions>,
    server: GitServerOptions = {},
    builder = aRepository().withFile('a.yml', 'a: 1\n'),
  ): Promise<Mirrored> {
    const repository = cleanups.add(await builder.create());
    const remote = cleanups.add(await startGitServer(repository, server));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const served = cleanups.add(aStore(remote.url, { dataDirectory, timeoutMs: 5_000, ...options }));
    await served.store.start(signal);
    return { repository, server: remote, served, dataDirectory };
  }

  const notices = ({ events }: StoreUnderTest): readonly string[] =>
    events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));

  async function packsOf(dataDirectory: string): Promise<readonly string[]> {
    const [mirror] = await fs.readdir(join(dataDirectory, 'mirrors'));
    const names = await fs.readdir(join(dataDirectory, 'mirrors', mirror!, 'gen-1', 'objects', 'pack'));
    return names.filter((name) => name.endsWith('.pack'));
  }

  it('is served with username and password, which are in no event or report', async () => {
    const credentials = { username: 'reader', password: canary };
    const { served, server } = await mirrored({ engine: 'cli', credentials }, credentials);
    const text = await served.text(null, 'a.yml');

    expect(text).to.equal('a: 1\n');
    expect(JSON.stringify([served.events, served.store.health()])).to.not.include(canary);
    expect(server.requests.every(({ path }) => !path.includes(canary))).to.equal(true);
  });

  it('says that credentials are refused, and shows nothing of them', async () => {
    const { served, server } = await mirrored(
      { engine: 'cli', credentials: { username: 'reader', password: canary } },
      { username: 'reader', password: 'another' },
    );

    expect(served.store.health().error).to.equal(`The remote ${server.url} refuses the credentials (status 401).`);
    expect(JSON.stringify(served.events)).to.not.include(canary);
  });

  it('gives credentials to no other host that the remote redirects to', async () => {
    const other = cleanups.add(
      await startGitServer(cleanups.add(await aRepository().withFile('b', '').create()), {
        username: 'x',
        password: 'y',
      }),
    );
    const { served, server } = await mirrored({ engine: 'cli', credentials: { username: 'reader', password: canary } });
    server.redirectTo = other.url.replace('/config.git', '');
    await served.store.refresh({}, signal).catch(() => undefined);

    expect(other.requests.length).to.be.greaterThan(0);
    expect(other.requests.map(({ authorization }) => authorization)).to.deep.equal(other.requests.map(() => undefined));
  });

  it('is gone over to when its packs pass the limit, which is told once', async () => {
    const { served, repository } = await mirrored({ cliAboveBytes: 20_000 });
    const before = notices(served);
    await repository.commit({ files: { 'b.bin': randomBytes(30_000) } });
    await served.store.refresh({}, signal);
    await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    await served.store.refresh({}, signal);

    expect(before).to.deep.equal([]);
    expect(notices(served)).to.have.length(1);
    expect(notices(served)[0]).to.match(
      /has more than 0 MiB of packs \(cli-above\): the git program reads it from now on/,
    );
    expect(await served.text(null, 'a.yml')).to.equal('a: 2\n');
  });

  it('is read by it from the first clone on where that is too large already', async () => {
    const large = aRepository().withFile('a.yml', 'a: 1\n').withFile('b.bin', randomBytes(1_500_000));
    const { served } = await mirrored({ cliAboveBytes: 1_000 }, {}, large);

    expect(notices(served)).to.have.length(1);
    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
  });

  it('is read by either engine, one after another, from the same mirror', async () => {
    const { served, server, repository, dataDirectory } = await mirrored({ engine: 'cli' });
    await served.close();
    const engines = ['isomorphic', 'cli', 'auto'] as const;
    for (const engine of engines) {
      await repository.commit({ files: { 'a.yml': `a: ${engine}\n` } });
      const next = aStore(server.url, { dataDirectory, timeoutMs: 5_000, engine });
      await next.store.start(signal);
      await next.store.refresh({}, signal);
      const text = await next.text(null, 'a.yml');
      await next.close();

      expect(text).to.equal(`a: ${engine}\n`);
      expect(next.events.map(({ type }) => type)).to.not.include('mirror-repaired');
    }
  });

  it('keeps what is gone from the remote, and what a force-push has left behind', async () => {
    const { served, repository } = await mirrored({ engine: 'cli' });
    const first = await served.version(null);
    await repository.commit({ branch: 'gone', base: 'main', files: { 'b.yml': 'b: 1\n' } });
    const second = await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    await served.store.refresh({}, signal);
    await repository.deleteBranch('gone');
    await repository.setBranch('main', first!);
    await served.store.refresh({}, signal);

    expect(await served.text('gone', 'b.yml')).to.equal('b: 1\n');
    expect([await served.version(null), second === first]).to.deep.equal([first, false]);
  });

  it('is put together again when it has many packs, and found whole at the next start', async () => {
    const { served, server, repository, dataDirectory } = await mirrored({ engine: 'cli', engineLimits: { packs: 5 } });
    for (let push = 1; push <= 5; push += 1) {
      await repository.commit({ files: { 'a.yml': `a: ${push}\n` } });
      await served.store.refresh({}, signal);
    }
    const packs = await packsOf(dataDirectory);
    const text = await served.text(null, 'a.yml');
    await served.close();
    server.mode = 'down';
    const next = cleanups.add(aStore(server.url, { dataDirectory, engine: 'cli' }));
    await next.store.start(signal);

    expect([packs.length, text, await next.text(null, 'a.yml')]).to.deep.equal([1, 'a: 5\n', 'a: 5\n']);
    expect(next.events.map(({ type }) => type)).to.not.include('mirror-repaired');
  });

  it('is read where it borrows objects from another one, and never written to', async () => {
    const lender = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const folder = join(await cleanups.add(tempFolders()).create(), 'borrower.git');
    execFileSync('git', ['clone', '-q', '--bare', '--shared', lender.gitdir, folder], { stdio: 'pipe' });
    const before = await fs.readdir(folder, { recursive: true });
    const served = cleanups.add(aStore(folder));
    await served.store.start(signal);

    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
    expect(notices(served)[0]).to.match(/alternates\): the git program reads it/);
    expect(await fs.readdir(folder, { recursive: true })).to.deep.equal(before);
  });

  it('is read with SHA-256 objects, by branch and by commit', async () => {
    const folder = join(await cleanups.add(tempFolders()).create(), 'new.git');
    execFileSync('git', ['init', '-q', '--bare', '--object-format=sha256', '-b', 'main', folder], { stdio: 'pipe' });
    const commit = commitOneFile(folder, 'a: 1\n');
    const served = cleanups.add(aStore(folder));
    await served.store.start(signal);

    expect(commit).to.match(/^[0-9a-f]{64}$/);
    expect([await served.version('main'), await served.text(commit, 'a.yml')]).to.deep.equal([commit, 'a: 1\n']);
    expect(await served.text(commit.slice(0, 12), 'a.yml')).to.equal('a: 1\n');
  });

  function commitOneFile(gitdir: string, text: string): string {
    const input = `blob\nmark :1\ndata ${text.length}\n${text}\ncommit refs/heads/main\ncommitter O <o@example.com> 1767225600 +0000\ndata 1\nx\nM 100644 :1 a.yml\n\n`;
    execFileSync('git', ['--git-dir', gitdir, 'fast-import', '--quiet'], { input, stdio: ['pipe', 'pipe', 'pipe'] });
    return runGitCommand(gitdir, ['rev-parse', 'main']);
  }

  it('is read when past the limit of size, with a commit of its owner at once', async () => {
    const repository = await aRepository().withFile('a.yml', 'a: 1\n').withFile('b', randomBytes(2_000)).create();
    runGitCommand(repository.gitdir, ['repack', '-a', '-d', '-q']);
    const served = cleanups.add(aStore(cleanups.add(repository).uri, { cliAboveBytes: 1_000 }));
    await served.store.start(signal);
    const before = await served.text(null, 'a.yml');
    await repository.commit({ files: { 'a.yml': 'a: 2\n' } });

    expect([before, await served.text(null, 'a.yml')]).to.deep.equal(['a: 1\n', 'a: 2\n']);
    expect(notices(served)).to.have.length(1);
  });
});
