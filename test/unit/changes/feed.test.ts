import { expect } from 'chai';
import { createFeed, type Feed, type Watch } from '#server/changes/feed.js';
import { createEnvironments, type Environments } from '#server/environments/environments.js';
import { ConfigServerError } from '#server/core/errors.js';
import type { Query } from '#server/core/query.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend, type FakeBackend } from '../../support/fake-backend.js';
import { environmentDefaults } from '../../support/http-fixture.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { aQuery } from '../../support/queries.js';

interface Stage {
  readonly backend: FakeBackend;
  readonly environments: Environments;
  readonly clock: ManualClock;
  readonly feed: Feed;
  /** Watches, and gives the versions that are told. */
  readonly watch: (query?: Query) => Watch & { readonly told: (string | null)[] };
  /** What else changes. */
  readonly tellOther: () => void;
}

/** Everything that can go on without time passing has. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
}

function aStage(): Stage {
  const backend = createFakeBackend();
  backend.serve('v1', 'c1', [aSource('orders.yml', { key: 1n })]);
  const environments = createEnvironments(environmentDefaults(backend));
  const clock = createManualClock();
  let tellOther = (): void => undefined;
  const onOtherChange = (listener: () => void): (() => void) => {
    tellOther = listener;
    return () => undefined;
  };
  const feed = createFeed({ environments, backend, onOtherChange, clock, random: () => 0.5 });
  const watch: Stage['watch'] = (query = aQuery('orders/prod')) => {
    const told: (string | null)[] = [];
    return { told, ...feed.watch(query, ({ environment }) => void told.push(environment.version)) };
  };
  return {
    backend,
    environments,
    clock,
    feed,
    watch,
    tellOther: () => {
      tellOther();
    },
  };
}

describe('the feed of changes', () => {
  it('tells the state at once, and again when a label has moved', async () => {
    const { backend, clock, watch } = aStage();
    const { told } = watch();
    await settled();
    expect(told).to.deep.equal(['v1']);
    backend.serve('v2', 'c2', [aSource('orders.yml', { key: 2n })]);
    await settled();
    expect(told).to.deep.equal(['v1']);
    clock.pass(20);
    await settled();
    expect(told).to.deep.equal(['v1', 'v2']);
  });

  it('looks once for a burst of moves, and for all who ask for the same', async () => {
    const { backend, clock, watch } = aStage();
    const both = [watch(), watch()];
    await settled();
    const before = backend.calls.resolve;
    for (const version of ['v2', 'v3', 'v4']) backend.serve(version, version, []);
    clock.pass(20);
    await settled();
    expect(backend.calls.resolve).to.equal(before + 1);
    expect(both.map(({ told }) => told.at(-1))).to.deep.equal(['v4', 'v4']);
  });

  it('does not look where the stamp has stayed', async () => {
    const { backend, clock, feed, watch } = aStage();
    const { told } = watch();
    await settled();
    const before = backend.calls.resolve;
    feed.wake();
    clock.pass(20);
    await settled();
    expect([backend.calls.resolve, told]).to.deep.equal([before, ['v1']]);
  });

  it('is woken by what else changes', async () => {
    const { backend, clock, watch, tellOther } = aStage();
    const { told } = watch();
    await settled();
    backend.change({ version: 'v2', contentId: 'c2' });
    tellOther();
    clock.pass(20);
    await settled();
    expect(told).to.deep.equal(['v1', 'v2']);
  });

  it('finds by a slow look what nothing told of', async () => {
    const { backend, clock, watch } = aStage();
    const { told } = watch();
    await settled();
    backend.change({ version: 'v2', contentId: 'c2' });
    clock.pass(29_999);
    await settled();
    expect(told).to.deep.equal(['v1']);
    clock.pass(1);
    await settled();
    expect(told).to.deep.equal(['v1', 'v2']);
    expect(clock.next).to.equal(30_000);
  });

  it('tells nothing where the state cannot be had, and the next good one', async () => {
    const { backend, clock, watch } = aStage();
    backend.failWith(new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'down'));
    const { told } = watch();
    await settled();
    expect(told).to.deep.equal([]);
    backend.failWith(undefined);
    clock.pass(30_000);
    await settled();
    expect(told).to.deep.equal(['v1']);
  });

  it('looks again after a look that a move came into', async () => {
    const { backend, clock, watch } = aStage();
    const open = backend.hold();
    const { told } = watch();
    await settled();
    backend.serve('v2', 'c2', []);
    clock.pass(20);
    open();
    await settled();
    expect(told.at(-1)).to.equal('v2');
  });

  it('looks at eight at a time', async () => {
    const { backend, watch } = aStage();
    const open = backend.hold();
    const watches = Array.from({ length: 20 }, (_, at) => watch(aQuery(`app${at}/prod`)));
    await settled();
    expect(backend.calls.resolve).to.equal(8);
    open();
    await settled();
    expect(watches.flatMap(({ told }) => told)).to.deep.equal(watches.map(() => 'v1'));
  });

  it('tells again when it is asked to, and nothing after the end', async () => {
    const { watch, clock, backend } = aStage();
    const one = watch();
    await settled();
    one.again();
    await settled();
    expect(one.told).to.deep.equal(['v1', 'v1']);
    one.close();
    one.close();
    one.again();
    backend.serve('v2', 'c2', []);
    await settled();
    expect(one.told).to.deep.equal(['v1', 'v1']);
    expect(clock.next).to.equal(undefined);
  });

  it('goes on for others when one leaves', async () => {
    const { watch, clock, backend } = aStage();
    const [one, other] = [watch(), watch()];
    await settled();
    one.close();
    backend.serve('v2', 'c2', []);
    clock.pass(20);
    await settled();
    expect([one.told.at(-1), other.told.at(-1)]).to.deep.equal(['v1', 'v2']);
  });

  it('watches ten thousand different queries at most', async () => {
    const { feed, watch } = aStage();
    for (let at = 0; at < 10_000; at += 1) feed.watch(aQuery(`app${at}/prod`), () => undefined);
    await expectError('CONFIG_OVERLOADED', () => Promise.resolve().then(() => watch(aQuery('more/prod'))));
    feed.close();
  });

  it('tells nothing after it was closed, and takes nobody', async () => {
    const { feed, watch, clock, backend } = aStage();
    const open = backend.hold();
    const { told } = watch();
    feed.wake();
    feed.close();
    feed.close();
    open();
    await settled();
    expect([told, clock.next]).to.deep.equal([[], undefined]);
    feed.wake();
    await expectError('CONFIG_OVERLOADED', () => Promise.resolve().then(() => watch()));
  });
});
