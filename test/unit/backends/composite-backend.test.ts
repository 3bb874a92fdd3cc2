import { expect } from 'chai';
import type { Backend } from '#server/backends/backend.js';
import { createCompositeBackend } from '#server/backends/composite/composite-backend.js';
import { ConfigServerError } from '#server/core/errors.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend } from '../../support/fake-backend.js';
import type { FakeBackend } from '../../support/fake-backend.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { recordEvents } from '../../support/record-events.js';

const orders = aQuery('orders');
const down = (): ConfigServerError => new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'The remote is down.');

function aPart(name: string, version = `${name}-1`): FakeBackend {
  const part = Object.assign(createFakeBackend(), { name });
  part.serve(version, version, [aSource(`${name}/orders.yml`, { who: name })]);
  return part;
}

function aComposite(parts: readonly Backend[], failOnError?: boolean) {
  const { emit, events } = recordEvents();
  const backend = createCompositeBackend({
    name: 'all',
    parts,
    emit,
    ...(failOnError !== undefined && { failOnError }),
  });
  return { backend, events };
}

const text = async (backend: Backend, path: string): Promise<string> =>
  Buffer.from((await backend.readFile(orders, path, noAbort())).content).toString();

describe('a composite', () => {
  it('puts the sources of its parts in their order, without version and state of its own', async () => {
    const { backend } = aComposite([aPart('two'), aPart('one')]);
    const { sources, version, state, versions } = await backend.resolve(orders, noAbort());
    expect(sources.map(({ name }) => name)).to.deep.equal(['two/orders.yml', 'one/orders.yml']);
    expect({ version, state, versions }).to.deep.equal({
      version: null,
      state: null,
      versions: [
        { name: 'two', version: 'two-1' },
        { name: 'one', version: 'one-1' },
      ],
    });
  });

  it('keeps the version and state of a part that is alone', async () => {
    const { backend } = aComposite([aPart('one')]);
    const { version, state, versions } = await backend.resolve(orders, noAbort());
    expect({ version, state, versions }).to.deep.equal({ version: 'one-1', state: '', versions: undefined });
  });

  it('keeps the content id where only a version moved, and changes it with any content', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    const { backend } = aComposite([two, one]);
    const before = await backend.resolve(orders, noAbort());
    one.change({ version: 'one-2' });
    const moved = await backend.resolve(orders, noAbort());
    expect([moved.contentId, moved.sources]).to.deep.equal([before.contentId, before.sources]);
    expect(moved.versions?.[1]).to.deep.equal({ name: 'one', version: 'one-2' });
    one.change({ contentId: 'other' });
    expect((await backend.resolve(orders, noAbort())).contentId).to.not.equal(before.contentId);
  });

  it('fails as its first failing part does, and names it', async () => {
    const parts = [aPart('three'), aPart('two'), aPart('one')];
    parts[1]!.failWith(down());
    parts[2]!.failWith(new ConfigServerError('CONFIG_LABEL_NOT_FOUND', 'There is no "v1".'));
    const { backend } = aComposite(parts);
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.resolve(orders, noAbort()));
    expect(error).to.include({ message: 'In "two": The remote is down.', source: 'two' });
  });

  it('says where in a source of many repositories it failed, and which file is broken', async () => {
    const part = aPart('one');
    const position = { file: 'orders.yml', line: 3 };
    part.failWith(new ConfigServerError('CONFIG_FILE_INVALID', 'In "team": bad', { source: 'team', position }));
    const { backend } = aComposite([aPart('two'), part]);
    const error = await expectError('CONFIG_FILE_INVALID', () => backend.resolve(orders, noAbort()));
    expect(error).to.deep.include({ message: 'In "team": bad', source: 'one/team', position });
  });

  it('names the part whose refresh fails', async () => {
    const part = Object.assign(aPart('one'), { refresh: () => Promise.reject(down()) });
    const { backend } = aComposite([aPart('two'), part]);
    expect(await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.refresh({}, noAbort()))).to.include({
      source: 'one',
    });
  });

  it('tells of a failure that nobody expected without its text', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    two.failWith(new TypeError('canary'));
    const { backend, events } = aComposite([two, one], false);
    await backend.resolve(orders, noAbort());
    expect(backend.health().error).to.equal('two: The lookup failed.');
    expect(events[0]).to.include({ code: 'CONFIG_INTERNAL', message: 'The lookup failed.' });
  });

  it('knows what every part knows, and reads the repositories of all', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    one.repositories = () => ['https://git.example.com/one'];
    const { backend } = aComposite([two, one]);
    expect(backend.repositories()).to.deep.equal(['https://git.example.com/one']);
    expect(await backend.knows(orders, noAbort())).to.equal(true);
    one.knows = () => Promise.resolve(false);
    expect(await backend.knows(orders, noAbort())).to.equal(false);
  });

  it('leaves a failing part out where that is allowed, and says so once until it is back', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    const { backend, events } = aComposite([two, one], false);
    two.failWith(down());
    const { sources, versions } = await backend.resolve(orders, noAbort());
    await backend.resolve(orders, noAbort());
    expect([sources.map(({ name }) => name), versions]).to.deep.equal([
      ['one/orders.yml'],
      [{ name: 'one', version: 'one-1' }],
    ]);
    const told = { code: 'CONFIG_SOURCE_UNAVAILABLE', message: 'The remote is down.', diagnostics: {} };
    expect(events).to.deep.equal([{ type: 'source-left-out', source: 'two', ...told }]);
    expect(backend.health().error).to.equal('two: The remote is down.');
    two.failWith(undefined);
    await backend.resolve(orders, noAbort());
    expect([backend.health().error, events.length]).to.deep.equal([null, 1]);
  });

  it('tells once of what requests are to blame for, and keeps it out of health', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    const { backend, events } = aComposite([two, one], false);
    for (const label of ['a', 'b', 'c']) {
      two.failWith(new ConfigServerError('CONFIG_LABEL_NOT_FOUND', `There is no "${label}".`));
      await backend.resolve(orders, noAbort());
    }
    expect([events.length, backend.health().error]).to.deep.equal([1, null]);
  });

  it('fails where every part does: an outage is not an empty configuration', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    two.failWith(down());
    one.failWith(down());
    const { backend } = aComposite([two, one], false);
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.resolve(orders, noAbort()));
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.readFile(orders, 'motd.txt', noAbort()));
  });

  it('serves a resource from the first part that has it', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    one.addFile('motd.txt', 'one\n');
    one.addFile('both.txt', 'one\n');
    two.addFile('both.txt', 'two\n');
    const { backend } = aComposite([two, one]);
    expect([await text(backend, 'motd.txt'), await text(backend, 'both.txt')]).to.deep.equal(['one\n', 'two\n']);
    await expectError('CONFIG_RESOURCE_NOT_FOUND', () => backend.readFile(orders, 'none.txt', noAbort()));
  });

  it('does not serve a resource past a part that fails, unless failing parts are left out', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    two.failWith(down());
    one.addFile('motd.txt', 'one\n');
    const strict = aComposite([two, one]).backend;
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => strict.readFile(orders, 'motd.txt', noAbort()));
    expect(await text(aComposite([two, one], false).backend, 'motd.txt')).to.equal('one\n');
  });

  it('has a stamp that moves with that of any part, and none where a part has none', () => {
    const [two, one] = [aPart('two'), aPart('one')];
    const { backend } = aComposite([two, one]);
    const before = backend.stamp(orders);
    one.change({});
    expect(backend.stamp(orders)).to.be.a('string').and.not.equal(before);
    one.stamp = () => undefined;
    expect(backend.stamp(orders)).to.equal(undefined);
  });

  it('is ready when every part is, and as old as the oldest', () => {
    const [two, one] = [aPart('two'), aPart('one')];
    two.setHealth({ lastSuccess: 2000 });
    one.setHealth({ lastSuccess: 1000 });
    const { backend } = aComposite([two, one]);
    const { ready, lastSuccess } = backend.health();
    expect([ready, lastSuccess]).to.deep.equal([true, 1000]);
    one.setHealth({ ready: false, lastSuccess: null, error: 'no answer' });
    expect(backend.health()).to.deep.equal({
      ready: false,
      lastSuccess: null,
      error: 'one: no answer',
      parts: [
        { name: 'two', ready: true, lastSuccess: 2000, error: null },
        { name: 'one', ready: false, lastSuccess: null, error: 'no answer' },
      ],
    });
  });

  it('says that it is stale where a part is', async () => {
    const [two, one] = [aPart('two'), aPart('one')];
    const stale = { brokenVersion: 'one-2', file: 'orders.yml', message: 'broken' };
    one.change({ stale });
    expect((await aComposite([two, one]).backend.resolve(orders, noAbort())).stale).to.deep.equal(stale);
  });

  it('listens to, refreshes, starts and closes every part', async () => {
    const done: string[] = [];
    const parts = ['two', 'one'].map((name) =>
      Object.assign(aPart(name), {
        start: () => Promise.resolve(void done.push(`start ${name}`)),
        close: () => Promise.resolve(void done.push(`close ${name}`)),
        refresh: () => Promise.resolve([{ label: name, from: null, to: 'x' }]),
        onVersionChange: () => () => void done.push(`unsubscribe ${name}`),
      }),
    );
    const { backend } = aComposite(parts);
    await backend.start(noAbort());
    const moved = await backend.refresh({}, noAbort());
    backend.onVersionChange(() => undefined)();
    await backend.close();
    expect(moved.map(({ label }) => label)).to.deep.equal(['two', 'one']);
    expect(done).to.deep.equal(['start', 'unsubscribe', 'close'].flatMap((act) => [`${act} two`, `${act} one`]));
  });

  it('gives up with the reason of an aborted signal, whatever is left out', async () => {
    const { backend } = aComposite([aPart('two'), aPart('one')], false);
    const reason = Object.assign(new Error('deadline'), { code: 'TEST_DEADLINE' });
    await expectError('TEST_DEADLINE', () => backend.resolve(orders, AbortSignal.abort(reason)));
  });
});
