import { expect } from 'chai';
import type { Backend } from '#server/backends/backend.js';
import type { PatternOptions, Target } from '#server/backends/repositories/choices.js';
import { createRepositoriesBackend } from '#server/backends/repositories/repositories-backend.js';
import type { RepositoriesOptions } from '#server/backends/repositories/repositories-backend.js';
import { ConfigServerError } from '#server/core/errors.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend } from '../../support/fake-backend.js';
import type { FakeBackend } from '../../support/fake-backend.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { recordEvents } from '../../support/record-events.js';

interface Opened extends FakeBackend {
  readonly target: Target;
  state: 'made' | 'open' | 'closed' | 'discarded';
}

const down = (): ConfigServerError =>
  new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'It is down.', { diagnostics: { host: 'git' } });

function aTeam(rest: Partial<PatternOptions> = {}): PatternOptions {
  return {
    name: 'team',
    patterns: ['team-*'],
    uri: '/teams/{application}',
    defaultLabel: 'main',
    fallbackToDefault: false,
    ...rest,
  };
}

interface Options extends Partial<RepositoriesOptions> {
  /** What becomes of a repository that is made. */
  readonly prepare?: (backend: Opened) => void;
}

/** Repositories over fake backends; `made` has each that was made, in order. */
function aSourceOf({ prepare, ...options }: Options = {}) {
  const made: Opened[] = [];
  const { emit, events } = recordEvents();
  const create = (target: Target): Backend => {
    const opened: Opened = Object.assign(createFakeBackend(), { target, state: 'made' as const });
    opened.serve(target.uri, target.uri, [aSource(`${target.uri}/orders.yml`, { who: target.uri })]);
    opened.start = () => Promise.resolve(void (opened.state = 'open'));
    opened.close = (closing) =>
      Promise.resolve(void (opened.state = closing?.discard === true ? 'discarded' : 'closed'));
    opened.repositories = () => [target.uri];
    prepare?.(opened);
    made.push(opened);
    return opened;
  };
  const backend = createRepositoriesBackend({
    name: 'main',
    own: { name: null, uri: '/own', defaultLabel: 'main' },
    repositories: [aTeam()],
    emit,
    ...options,
    create,
  });
  const versionOf = async (query: string): Promise<string | null> =>
    (await backend.resolve(aQuery(query), noAbort())).version;
  const states = (): readonly string[] => made.map(({ target, state }) => `${target.uri} ${state}`);
  return { backend, made, events, versionOf, states };
}

describe('repositories chosen by pattern', () => {
  it('are opened when they are asked for, once for all who ask', async () => {
    const { backend, versionOf, states } = aSourceOf();
    await backend.start(noAbort());
    expect(states()).to.deep.equal(['/own open']);
    expect(await Promise.all(['team-a', 'team-a', 'orders'].map(versionOf))).to.deep.equal([
      '/teams/team-a',
      '/teams/team-a',
      '/own',
    ]);
    expect(states()).to.deep.equal(['/own open', '/teams/team-a open']);
  });

  it('are opened at the start where their URI is known, whether or not they can be', async () => {
    const prepare = (one: Opened): void => {
      if (one.target.name === 'team') one.start = () => Promise.reject(down());
    };
    const { backend, versionOf } = aSourceOf({ prepare, repositories: [aTeam({ uri: '/team' })] });
    await backend.start(noAbort());
    expect(await versionOf('orders')).to.equal('/own');
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-a'));
  });

  it('fail by name, and are not replaced by the source itself', async () => {
    const { versionOf, made, backend } = aSourceOf();
    await versionOf('team-a');
    made[1]!.failWith(down());
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-a'));
    expect(error).to.deep.include({ message: 'In "team": It is down.', source: 'team', diagnostics: { host: 'git' } });
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.readFile(aQuery('team-a'), 'motd.txt', noAbort()));
    const missing = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-a/dev/main'));
    expect(missing.message).to.contain('"team"');
  });

  it('are replaced by the source itself where that is wanted, which is told once', async () => {
    const { versionOf, made, backend, events } = aSourceOf({ repositories: [aTeam({ fallbackToDefault: true })] });
    await versionOf('team-a');
    made[1]!.failWith(down());
    made[0]!.addFile('motd.txt', 'own\n');
    expect([await versionOf('team-a'), await versionOf('team-a')]).to.deep.equal(['/own', '/own']);
    const { content } = await backend.readFile(aQuery('team-a'), 'motd.txt', noAbort());
    expect(Buffer.from(content).toString()).to.equal('own\n');
    expect(events).to.deep.equal([
      {
        type: 'source-left-out',
        source: 'team',
        code: 'CONFIG_SOURCE_UNAVAILABLE',
        message: 'It is down.',
        diagnostics: { host: 'git' },
      },
    ]);
    expect(backend.health().repositories).to.deep.equal([
      { name: 'team', ready: true, lastSuccess: 0, error: 'It is down.' },
    ]);
    made[1]!.failWith(undefined);
    expect(await versionOf('team-a')).to.equal('/teams/team-a');
    expect(backend.health().repositories?.[0]?.error).to.equal(null);
  });

  it('are asked for the last profile first, the others where it fails', async () => {
    const prepare = (one: Opened): void => {
      if (one.target.uri === '/teams/eu') one.setHealth({ ready: false, error: 'There is none.' });
    };
    const { versionOf } = aSourceOf({ prepare, repositories: [aTeam({ uri: '/teams/{profile}' })] });
    expect(await versionOf('team-a/dev,eu')).to.equal('/teams/dev');
    expect(await versionOf('team-a/dev,prod')).to.equal('/teams/prod');
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-a/eu'));
  });

  it('serve a resource from the repository that has the environment, and from no other', async () => {
    const { backend, made, versionOf } = aSourceOf({ repositories: [aTeam({ fallbackToDefault: true })] });
    await versionOf('team-a');
    made[0]!.addFile('motd.txt', 'own\n');
    await expectError('CONFIG_RESOURCE_NOT_FOUND', () => backend.readFile(aQuery('team-a'), 'motd.txt', noAbort()));
  });

  it('are open in a bounded number; the one not asked for longest is closed and removed', async () => {
    const { versionOf, states, backend } = aSourceOf({ mostOpen: 2 });
    for (const name of ['team-a', 'team-b', 'team-a', 'team-c']) await versionOf(name);
    expect(states()).to.deep.equal([
      '/own made',
      '/teams/team-a open',
      '/teams/team-b discarded',
      '/teams/team-c open',
    ]);
    await versionOf('team-b');
    expect(states().slice(1)).to.deep.equal([
      '/teams/team-a discarded',
      '/teams/team-b discarded',
      '/teams/team-c open',
      '/teams/team-b open',
    ]);
    await backend.close();
    expect(states().slice(3)).to.deep.equal(['/teams/team-c closed', '/teams/team-b closed']);
  });

  it('stay asked for by a stamp, too', async () => {
    const { versionOf, states, backend } = aSourceOf({ mostOpen: 2 });
    await versionOf('team-a');
    await versionOf('team-b');
    expect(backend.stamp(aQuery('team-a'))).to.be.a('string');
    await versionOf('team-c');
    expect(states()[2]).to.equal('/teams/team-b discarded');
  });

  it('are not removed from disk where the settings name them', async () => {
    const repositories = ['a', 'b'].map((name) => aTeam({ name, patterns: [name], uri: `/${name}` }));
    const { versionOf, states, backend, events } = aSourceOf({ mostOpen: 1, repositories });
    await backend.start(noAbort());
    expect(await versionOf('b')).to.equal('/b');
    expect(states()).to.include('/a closed');
    expect(events).to.deep.equal([
      {
        type: 'notice',
        message: 'The source "main" has 2 repositories, of which 1 are open at a time (limits.mirrors).',
      },
    ]);
  });

  it('close only when all who read from them are done', async () => {
    const { versionOf, states, made } = aSourceOf({ mostOpen: 1 });
    await versionOf('team-a');
    const open = made[1]!.hold();
    const reading = versionOf('team-a');
    await versionOf('team-b');
    expect(states()[1]).to.equal('/teams/team-a open');
    open();
    expect(await reading).to.equal('/teams/team-a');
    expect(states()[1]).to.equal('/teams/team-a discarded');
  });

  it('are opened again only when they are closed', async () => {
    let release = (): void => undefined;
    const closed = new Promise<void>((resolve) => (release = resolve));
    const { versionOf, made } = aSourceOf({ mostOpen: 1 });
    await versionOf('team-a');
    made[1]!.close = () => closed;
    await versionOf('team-b');
    const again = versionOf('team-a');
    await new Promise(setImmediate);
    expect(made).to.have.length(3);
    release();
    expect(await again).to.equal('/teams/team-a');
  });

  it('are given up on in time, while opening goes on for the next request', async () => {
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    const prepare = (one: Opened): void => {
      if (one.target.name !== null) one.start = () => started;
    };
    const { versionOf, made } = aSourceOf({ prepare, waitMs: 5 });
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-a'));
    expect(error.message).to.equal('In "team": It is being opened for the first time; ask again.');
    start();
    expect(await versionOf('team-a')).to.equal('/teams/team-a');
    expect(made).to.have.length(2);
  });

  it('are opened four at a time', async () => {
    let release = (): void => undefined;
    const started = new Promise<void>((resolve) => (release = resolve));
    const prepare = (one: Opened): void => {
      if (one.target.name !== null) one.start = () => started;
    };
    const { versionOf, made } = aSourceOf({ prepare });
    const all = Array.from({ length: 6 }, (_, at) => versionOf(`team-${at}`));
    await new Promise(setImmediate);
    expect(made).to.have.length(5);
    release();
    expect(await Promise.all(all)).to.have.length(6);
  });

  it('are not asked for again soon where they could not be opened, and leave nothing behind', async () => {
    let time = 0;
    const prepare = (one: Opened): void => {
      one.setHealth({ ready: false, error: 'There is no such repository.' });
    };
    const { versionOf, made } = aSourceOf({ prepare, now: () => time });
    for (let count = 0; count < 3; count += 1) {
      const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-x'));
      expect(error.message).to.equal('In "team": There is no such repository.');
    }
    expect(made.slice(1).map(({ state }) => state)).to.deep.equal(['discarded']);
    time = 10_000;
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-x'));
    expect(made).to.have.length(3);
  });

  it('are tried few in a row where requests name ones that do not exist, and open ones go on', async () => {
    const time = 0;
    const prepare = (one: Opened): void => {
      if (one.target.uri.includes('hostile')) one.setHealth({ ready: false, error: 'There is none.' });
    };
    const { versionOf, made } = aSourceOf({ prepare, now: () => time });
    await versionOf('team-good');
    for (let count = 0; count < 50; count += 1)
      await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf(`team-hostile-${count}`));
    expect(made).to.have.length(2 + 20);
    expect(await versionOf('team-good')).to.equal('/teams/team-good');
  });

  it('refuse hostile names before anything is opened', async () => {
    const { versionOf, made, backend } = aSourceOf({ repositories: [aTeam({ patterns: ['*'] })] });
    for (const name of ['a%2e', 'ext::sh', 'a b', 'x@y:z', '$(id)', 'a(_).git', 'a(_)(_)b'])
      await expectError('CONFIG_NAME_INVALID', () => versionOf(name));
    expect(backend.stamp(aQuery('a b'))).to.equal(undefined);
    expect(await backend.knows(aQuery('a b'), noAbort())).to.equal(false);
    expect(made).to.have.length(1);
  });

  it('have a stamp once they are open, which tells them apart', async () => {
    const { backend, versionOf, made } = aSourceOf();
    const [a, b] = [aQuery('team-a'), aQuery('team-b')];
    expect(backend.stamp(a)).to.equal(undefined);
    expect(await backend.knows(a, noAbort())).to.equal(false);
    await versionOf('team-a');
    await versionOf('team-b');
    const stamp = backend.stamp(a);
    expect(stamp).to.be.a('string').and.not.equal(backend.stamp(b));
    expect(await backend.knows(a, noAbort())).to.equal(true);
    made[1]!.change({ version: 'next' });
    expect(backend.stamp(a)).to.not.equal(stamp);
  });

  it('tell of every change, until they are closed, and are refreshed by their addresses', async () => {
    const refreshed: string[] = [];
    const tell = new Map<string, () => void>();
    const prepare = (one: Opened): void => {
      const { uri } = one.target;
      one.refresh = () => Promise.resolve(refreshed.push(uri)).then(() => []);
      one.repositories = () => [`https://git.example.com${uri}`];
      one.onVersionChange = (listener) => {
        tell.set(uri, () => {
          listener([{ label: uri, from: null, to: 'x' }]);
        });
        return () => tell.delete(uri);
      };
    };
    const { backend, versionOf } = aSourceOf({ prepare, mostOpen: 1 });
    const moved: string[] = [];
    backend.onVersionChange((labels) => moved.push(...labels.map(({ label }) => label)));
    await versionOf('team-a');
    for (const one of tell.values()) one();
    expect(moved).to.deep.equal(['/own', '/teams/team-a']);
    expect(backend.repositories()).to.deep.equal([
      'https://git.example.com/own',
      'https://git.example.com/teams/team-a',
    ]);
    await backend.refresh({ repositories: ['git@git.example.com:teams/team-a'] }, noAbort());
    await backend.refresh({}, noAbort());
    expect(refreshed).to.deep.equal(['/teams/team-a', '/own', '/teams/team-a']);
    await versionOf('team-b');
    expect([...tell.keys()]).to.deep.equal(['/own', '/teams/team-b']);
  });

  it('do not count for readiness, and have a freshness of their own', async () => {
    const { backend, versionOf, made } = aSourceOf();
    await versionOf('team-a');
    made[0]!.setHealth({ lastSuccess: 1000 });
    made[1]!.setHealth({ ready: false, lastSuccess: 500, error: 'gone' });
    expect(backend.health()).to.deep.equal({
      ready: true,
      lastSuccess: 1000,
      error: null,
      repositories: [{ name: 'team', ready: false, lastSuccess: 500, error: 'gone' }],
    });
    expect(backend.health(aQuery('team-a')).lastSuccess).to.equal(500);
    expect(backend.health(aQuery('orders')).lastSuccess).to.equal(1000);
  });

  it('are all there is where the URI of the source has placeholders', async () => {
    const { backend, versionOf, made } = aSourceOf({
      own: { name: null, uri: '/all/{application}', defaultLabel: 'main' },
      repositories: [],
    });
    await backend.start(noAbort());
    expect([made.length, backend.health().ready]).to.deep.equal([0, true]);
    expect(await versionOf('orders')).to.equal('/all/orders');
    made[0]!.failWith(down());
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('orders'));
    expect(error.message).to.equal('It is down.');
  });

  it('give up with the reason of an aborted signal', async () => {
    const { backend } = aSourceOf({ repositories: [aTeam({ fallbackToDefault: true })] });
    const signal = AbortSignal.abort(Object.assign(new Error('deadline'), { code: 'TEST_DEADLINE' }));
    await expectError('TEST_DEADLINE', () => backend.resolve(aQuery('team-a'), signal));
  });

  it('are not opened any more after the source is closed', async () => {
    const { backend, versionOf, states } = aSourceOf();
    await versionOf('team-a');
    await backend.close();
    await backend.close();
    expect(states()).to.deep.equal(['/own closed', '/teams/team-a closed']);
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-b'));
    expect(states()).to.have.length(2);
  });
});
