import { expect } from 'chai';
import { commitsBetween } from '#server/backends/git/commits-between.js';
import { describeChange } from '#server/backends/git/describe-change.js';
import type { DescribeBounds, DescribeOptions } from '#server/backends/git/describe-change.js';
import { createGitBackend } from '#server/backends/git/git-backend.js';
import { createGitStore } from '#server/backends/git/git-store.js';
import { parseRepositoryUri } from '#server/backends/git/repository-uri.js';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { parseFile } from '#server/core/documents/parse-file.js';
import { createCleanups } from '#support/cleanups.js';
import { eventually } from '#support/eventually.js';
import { expectError } from '#support/expect-error.js';
import { aRepository } from '#support/git-repository.js';
import type { TestRepository } from '#support/git-repository.js';
import { startGitServer } from '#support/git-server.js';
import { recordEvents } from '#support/record-events.js';
import { tempFolders } from '#support/temp-folders.js';

const signal = new AbortController().signal;
const roomy: DescribeBounds = { commits: 100, walked: 1_000, files: 100, compared: 100, keys: 100 };

describe('what a moved label changed', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function aStage(files: Readonly<Record<string, string>>) {
    const repository = cleanups.add(await aRepository().create());
    const first = await repository.commit({ files });
    const store = cleanups.add(
      createGitStore(parseRepositoryUri(repository.uri), {
        name: 'main',
        refreshIntervalMs: null,
        emit: () => undefined,
      }),
    );
    await store.start(signal);
    return { repository, first, engine: store.engine() };
  }

  const optionsOf = (bounds: Partial<DescribeBounds> = {}): DescribeOptions => ({
    searchPaths: [],
    parse: parseFile,
    limits: defaultDocumentLimits,
    bounds: { ...roomy, ...bounds },
  });

  it('is told as commits, files, whom they concern, and names of keys', async () => {
    const { repository, first, engine } = await aStage({
      'application.yml': 'a: canary-1\nlist: [1, 2]\nsame: x\n',
      'orders-prod.properties': 'b=canary-2\n',
      'logo.svg': '<svg/>',
    });
    const second = await repository.commit({
      files: { 'application.yml': 'a: canary-3\nlist: [1]\nsame: x\nnew: 1\n' },
    });
    const to = await repository.commit({
      files: { 'logo.svg': '<svg></svg>', 'b.yml': 'c: 1\n' },
      delete: ['orders-prod.properties'],
    });
    const change = await describeChange(engine, { label: 'main', from: first, to }, optionsOf(), signal);
    const author = 'Operator <operator@example.com>';
    expect(change).to.deep.equal({
      commits: [
        { id: to, author, time: Date.UTC(2026, 0, 1, 0, 2) },
        { id: second, author, time: Date.UTC(2026, 0, 1, 0, 1) },
      ],
      files: [
        {
          path: 'application.yml',
          change: 'changed',
          concerns: [{ application: '*', profile: null }],
          keys: ['a', 'list[1]', 'new'],
        },
        { path: 'b.yml', change: 'added', concerns: [{ application: 'b', profile: null }], keys: ['c'] },
        { path: 'logo.svg', change: 'changed', concerns: [], keys: null },
        {
          path: 'orders-prod.properties',
          change: 'removed',
          concerns: [
            { application: 'orders-prod', profile: null },
            { application: 'orders', profile: 'prod' },
          ],
          keys: ['b'],
        },
      ],
      isComplete: true,
    });
    expect(JSON.stringify(change)).to.not.contain('canary');
  });

  it('is everything of a label that is new, and no commit of one that is gone', async () => {
    const { first, engine } = await aStage({ 'a.yml': 'a: 1\n' });
    const added = await describeChange(engine, { label: 'v1', from: null, to: first }, optionsOf(), signal);
    const gone = await describeChange(engine, { label: 'v1', from: first, to: null }, optionsOf(), signal);
    expect([added.commits.length, added.files.map(({ change }) => change)]).to.deep.equal([1, ['added']]);
    expect([gone.commits.length, gone.files.map(({ change }) => change)]).to.deep.equal([0, ['removed']]);
  });

  it('says that it is not complete where a list was cut, a file is broken, or a commit is not there', async () => {
    const { repository, first, engine } = await aStage({ 'a.yml': 'a: 1\n', 'b.yml': 'b: 1\n' });
    await repository.commit({ files: { 'a.yml': 'a: 2\nx: 1\n' } });
    const to = await repository.commit({ files: { 'b.yml': 'b: [\n' } });
    const moved = { label: 'main', from: first, to };
    const told = async (bounds: Partial<DescribeBounds>, from = first): Promise<unknown> => {
      const { commits, files, isComplete } = await describeChange(
        engine,
        { ...moved, from },
        optionsOf(bounds),
        signal,
      );
      return [commits.length, files.map(({ keys }) => keys), isComplete];
    };
    expect(await told({})).to.deep.equal([2, [['a', 'x'], null], false]);
    expect(await told({ commits: 1 })).to.deep.equal([1, [['a', 'x'], null], false]);
    expect(await told({ walked: 1 })).to.deep.equal([2, [['a', 'x'], null], false]);
    expect(await told({ files: 1 })).to.deep.equal([2, [['a', 'x']], false]);
    expect(await told({ files: 1, keys: 1 })).to.deep.equal([2, [['a']], false]);
    expect(await told({ compared: 0 })).to.deep.equal([2, [null, null], false]);
    expect(await told({}, '0'.repeat(40))).to.deep.equal([3, [['a', 'x'], null], false]);
  });

  it('has only the commits that the former one did not have, also after merges and force-pushes', async () => {
    const { repository, first, engine } = await aStage({ 'a.yml': 'a: 1\n' });
    const left = await repository.commit({ branch: 'left', base: first, files: { 'l.yml': 'l: 1\n' } });
    const right = await repository.commit({ branch: 'right', base: first, files: { 'r.yml': 'r: 1\n' } });
    const top = await repository.commit({ branch: 'right', files: { 'r.yml': 'r: 2\n' } });
    const ids = async (from: string | null, to: string): Promise<readonly string[]> =>
      (await commitsBetween(engine, { from, to }, roomy)).commits.map(({ id }) => id);
    expect(await ids(left, top)).to.deep.equal([top, right]);
    expect(await ids(top, left)).to.deep.equal([left]);
    expect(await ids(top, right)).to.deep.equal([]);
    expect(await ids(null, top)).to.deep.equal([top, right, first]);
  });

  it('takes back what turned out to be known, whatever the clocks of committers said', async () => {
    const times = new Map([
      ['to', 1],
      ['old', 5],
      ['from', 0],
      ['root', 9],
    ]);
    const parents = new Map([
      ['to', ['old']],
      ['old', ['root']],
      ['from', ['old']],
    ]);
    const engine = {
      commitInfo: (id: string) =>
        Promise.resolve({ id, parents: parents.get(id) ?? [], time: times.get(id) ?? 0, tree: '', author: '' }),
    };
    const { commits } = await commitsBetween(engine, { from: 'from', to: 'to' }, roomy);
    expect(commits.map(({ id }) => id)).to.deep.equal(['to']);
  });

  it('is not looked for any more when time is up', async () => {
    const { first, engine } = await aStage({ 'a.yml': 'a: 1\n' });
    await expectError('ABORT_ERR', () =>
      describeChange(engine, { label: 'v1', from: null, to: first }, optionsOf(), AbortSignal.abort()),
    ).catch((error: unknown) => {
      expect(String(error)).to.contain('aborted');
    });
  });

  const kinds: readonly (readonly [string, (repository: TestRepository) => Promise<string>])[] = [
    ['in place', (repository) => Promise.resolve(repository.uri)],
    ['of a mirror', async (repository) => cleanups.add(await startGitServer(repository)).url],
  ];
  for (const [title, uriOf] of kinds) {
    it(`is an event after the move, of a repository ${title}`, async () => {
      const repository = cleanups.add(await aRepository().withFile('orders.yml', 'a: 1\n').create());
      const { emit, events } = recordEvents();
      const dataDirectory = await cleanups.add(tempFolders()).create();
      const backend = cleanups.add(
        createGitBackend({
          name: 'main',
          uri: await uriOf(repository),
          refreshIntervalMs: null,
          dataDirectory,
          describeChanges: true,
          emit,
        }),
      );
      await backend.start(signal);
      await repository.commit({ files: { 'orders.yml': 'a: 2\n' } });
      await backend.refresh({}, signal);
      const told = await eventually(() => events.find(({ type }) => type === 'change-described'));
      expect(told).to.deep.include({ source: 'main', label: 'main' });
      expect(told).to.have.nested.property('change.files[0].keys').that.deep.equals(['a']);
      const types = events.map(({ type }) => type);
      expect(types.indexOf('label-moved')).to.be.lessThan(types.indexOf('change-described'));
    });
  }
});
