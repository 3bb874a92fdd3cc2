import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { aSourceOf, aTeam } from '../../support/repositories.js';
import type { Opened } from '../../support/repositories.js';

describe('repositories that requests open', () => {
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
