import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { aSourceOf, aTeam, down } from '../../support/repositories.js';
import type { Opened } from '../../support/repositories.js';

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
    const { backend, versionOf, events } = aSourceOf({ prepare, repositories: [aTeam({ uri: '/team' })] });
    await backend.start(noAbort());
    expect(await versionOf('orders')).to.equal('/own');
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => versionOf('team-a'));
    const told = { type: 'source-failed', source: 'main/team', message: 'It is down.', diagnostics: { host: 'git' } };
    expect(events).to.deep.equal([told]);
    const health = { name: 'team', ready: false, lastSuccess: null, error: 'It is down.' };
    expect(backend.health()).to.deep.include({ ready: true, error: null, repositories: [health] });
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
        source: 'main/team',
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

  it('are one line of health where one entry has opened several', async () => {
    const { backend, versionOf, made } = aSourceOf();
    for (const name of ['team-a', 'team-b', 'team-c']) await versionOf(name);
    made[2]!.setHealth({ lastSuccess: 500, error: 'b fails' });
    made[3]!.setHealth({ ready: false, lastSuccess: null });
    expect(backend.health().repositories).to.deep.equal([
      { name: 'team', ready: false, lastSuccess: null, error: 'b fails' },
    ]);
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
});
