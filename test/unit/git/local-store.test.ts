import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { MovedLabel } from '#server/backends/backend.js';
import { refStamp } from '#server/backends/git/local-repository.js';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aRepository } from '../../support/git-repository.js';
import type { TestRepository } from '../../support/git-repository.js';
import { aStore, signal } from '../../support/git-stores.js';
import type { StoreUnderTest } from '../../support/git-stores.js';

describe('git store over a local repository', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function serve(repository: TestRepository, options: Partial<GitStoreOptions> = {}): Promise<StoreUnderTest> {
    const served = cleanups.add(aStore(cleanups.add(repository).uri, options));
    await served.store.start(signal);
    return served;
  }

  const simple = (): Promise<TestRepository> => aRepository().withFile('a.yml', 'a: 1\n').create();

  for (const isBare of [false, true]) {
    it(`serves a ${isBare ? 'bare repository' : 'repository with a working tree'} and its next commit at once`, async () => {
      const builder = aRepository().withFile('a.yml', 'a: 1\n');
      const repository = await (isBare ? builder.bare() : builder).create();
      const served = await serve(repository);
      const before = await served.text(null, 'a.yml');
      await repository.commit({ files: { 'a.yml': 'a: 2\n' } });

      expect([before, await served.text(null, 'a.yml')]).to.deep.equal(['a: 1\n', 'a: 2\n']);
    });
  }

  it('writes nothing into the repository', async () => {
    const repository = await simple();
    const list = (): Promise<string[]> => fs.readdir(repository.path, { recursive: true });
    const before = await list();
    const served = await serve(repository);
    await served.text('main', 'a.yml');
    await served.store.refresh({}, signal);

    expect(await list()).to.deep.equal(before);
  });

  it('never serves what is not committed', async () => {
    const repository = await simple();
    const served = await serve(repository);
    await fs.writeFile(join(repository.path, 'a.yml'), 'a: 2\n');
    await fs.writeFile(join(repository.path, 'b.yml'), 'b: 1\n');

    expect([await served.text(null, 'a.yml'), await served.text(null, 'b.yml')]).to.deep.equal(['a: 1\n', undefined]);
  });

  it('changes its stamp with each commit, and keeps it otherwise', async () => {
    const repository = await simple();
    const served = await serve(repository);
    const settled = (): Promise<string> => eventually(() => served.store.stamp('main'));
    const first = await settled();
    const again = await settled();
    await repository.commit({});

    expect(again).to.equal(first);
    expect(await settled()).to.not.equal(first);
  });

  it('promises nothing of a ref file so young that it may be rewritten within one tick of the clock', async () => {
    const { gitdir } = cleanups.add(await simple());
    const written = Number((await fs.stat(join(gitdir, 'refs', 'heads', 'main'), { bigint: true })).ctimeMs);

    expect(refStamp(gitdir, 'main', written + 50)).to.equal(undefined);
    expect(refStamp(gitdir, 'main', written + 51)).to.be.a('string');
  });

  it('keeps no stamp for a commit id, which other refs decide on', async () => {
    const repository = await simple();
    const served = await serve(repository);
    const id = await repository.resolve('main');
    await eventually(() => served.store.stamp('main'));

    expect(served.store.stamp(id)).to.equal(undefined);
  });

  it('serves a branch rather than a tag of the same name', async () => {
    const repository = await simple();
    const first = await repository.resolve('main');
    const second = await repository.commit({ branch: 'v1', base: 'main' });
    await repository.setTag('v1', first);

    expect(await (await serve(repository)).version('v1')).to.equal(second);
  });

  it('serves the commit of an annotated tag', async () => {
    const repository = await simple();
    const commit = await repository.resolve('main');
    await repository.annotate('v1', commit);

    expect(await (await serve(repository)).version('v1')).to.equal(commit);
  });

  it('serves full and unique abbreviated commit ids', async () => {
    const repository = await simple();
    const first = await repository.resolve('main');
    await repository.commit({});
    const served = await serve(repository);

    expect(await served.version(first)).to.equal(first);
    expect(await served.version(first.slice(0, 7))).to.equal(first);
    expect(await served.version(first.slice(0, 4).toUpperCase())).to.equal(first);
  });

  it('serves no commit that no branch or tag leads to', async () => {
    const repository = await simple();
    const first = await repository.resolve('main');
    const second = await repository.commit({});
    const served = await serve(repository);
    await served.version(second);
    await repository.setBranch('main', first);

    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(second));
    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(second.slice(0, 7)));
  });

  const noLabels = [
    'HEAD',
    'main~1',
    'main^',
    'main@{0}',
    'refs/heads/main',
    'nowhere',
    'abc',
    '..',
    'a..b',
    'x.lock',
    '',
  ];
  for (const label of noLabels) {
    it(`knows no label ${JSON.stringify(label)}`, async () => {
      const served = await serve(await simple());

      await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(label));
    });
  }

  it('answers the default label and main from master where there is no main', async () => {
    const repository = await aRepository().withFile('a.yml', 'a: 1\n').onBranch('master').create();
    const served = await serve(repository);
    const commit = await repository.resolve('master');

    expect(await served.version(null)).to.equal(commit);
    expect(await served.version('main')).to.equal(commit);
  });

  it('does not fall back to master where that is switched off', async () => {
    const repository = await aRepository().withFile('a.yml', 'a: 1\n').onBranch('master').create();
    const served = await serve(repository, { tryMasterBranch: false });

    await expectError('CONFIG_LABEL_NOT_FOUND', () => served.version(null));
  });

  it('gives the parent of a snapshot, the time of its files, and its folders', async () => {
    const repository = await aRepository()
      .withFile('a.yml', '')
      .withFile('x/b.yml', '')
      .withFile('x-y/z/c.yml', '')
      .create();
    const first = await repository.resolve('main');
    await repository.commit({});
    const { store } = await serve(repository);
    const snapshot = await store.normalize(null, signal);
    const parent = await store.parent(snapshot, signal);

    expect(parent?.id).to.equal(first);
    expect(await store.parent(parent!, signal)).to.equal(undefined);
    expect(await store.modified(snapshot, 'a.yml', signal)).to.equal(Date.UTC(2026, 0, 1, 0, 1));
    expect(snapshot.directories()).to.deep.equal(['x', 'x-y', 'x-y/z']);
    expect([snapshot.file('x'), snapshot.file('x/'), snapshot.file('nowhere/b.yml')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('ends the history of a shallow clone where its commits end', async () => {
    const repository = await simple();
    const first = await repository.resolve('main');
    const second = await repository.commit({});
    await fs.rm(join(repository.gitdir, 'objects', first.slice(0, 2), first.slice(2)));
    const { store } = await serve(repository);
    const snapshot = await store.normalize(second.slice(0, 8), signal);

    expect(await store.parent(snapshot, signal)).to.equal(undefined);
    await expectError('CONFIG_LABEL_NOT_FOUND', () => store.normalize(first, signal));
  });

  it('tells listeners of a commit that a request was the first to see', async () => {
    const repository = await simple();
    const served = await serve(repository);
    const heard: MovedLabel[] = [];
    served.store.onVersionChange((moved) => heard.push(...moved));
    const second = await repository.commit({});
    await served.version('main');

    expect(await eventually(() => heard[0]?.to ?? undefined)).to.equal(second);
  });

  it('tells of labels that moved', async () => {
    const repository = await simple();
    const first = await repository.resolve('main');
    const { store, events } = await serve(repository);
    const heard: MovedLabel[] = [];
    const stop = store.onVersionChange((moved) => heard.push(...moved));
    const second = await repository.commit({ tag: 'v1' });

    const moved = await store.refresh({}, signal);
    stop();
    await repository.commit({});
    await store.refresh({}, signal);

    expect(moved).to.deep.equal([
      { label: 'main', from: first, to: second },
      { label: 'v1', from: null, to: second },
    ]);
    expect(heard).to.deep.equal(moved);
    expect(events.slice(0, 1)).to.deep.equal([{ type: 'label-moved', source: 'main', ...moved[0] }]);
  });
});
