import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { settle } from '../../support/settle.js';
import { loadOrders, recordEvents, serving } from '../../support/loaded-config.js';

describe('sdk: watch', () => {
  it('calls when the value at the key or anything below it changed, and for no key that only begins alike', async () => {
    const { platform, commit } = serving({
      properties: { 'orders.a': 1, 'orders.l[0]': 1, 'orders-extra.x': 1, ordersx: 1 },
    });
    const config = await loadOrders(platform);
    const calls: unknown[] = [];
    config.watch('orders', (next, previous) => calls.push([next, previous]));
    config.watch('orders.a', (next) => calls.push(next));
    config.watch('orders.none', (next) => calls.push(next));
    commit({ version: 'v2', properties: { 'orders.a': 1, 'orders.l[0]': 1, 'orders-extra.x': 2, ordersx: 2 } });
    await platform.advance(10_000);
    expect(calls).to.deep.equal([]);
    commit({ version: 'v3', properties: { 'orders.a': 1, 'orders.l[0]': 2, 'orders-extra.x': 2, ordersx: 2 } });
    await platform.advance(10_000);
    expect(calls).to.deep.equal([
      [
        { a: 1, l: [2] },
        { a: 1, l: [1] },
      ],
    ]);
    commit({ version: 'v4', properties: {} });
    await platform.advance(10_000);
    expect(calls.slice(1)).to.deep.equal([[undefined, { a: 1, l: [2] }], undefined]);
  });

  it('calls at once where told to, until its signal or what it returned ends it', async () => {
    const { platform, commit } = serving({ properties: { a: 1 } });
    const config = await loadOrders(platform, { refresh: false });
    const controller = new AbortController();
    const calls: unknown[] = [];
    config.watch('a', (next, previous) => calls.push(['signal', next, previous]), {
      immediate: true,
      signal: controller.signal,
    });
    const stop = config.watch('a', (next, previous) => calls.push(['stop', next, previous]), { immediate: true });
    config.watch('a', () => calls.push('never'), { immediate: true, signal: AbortSignal.abort() });
    commit({ version: 'v2', properties: { a: 2 } });
    await platform.drive(config.refresh());
    controller.abort();
    stop();
    commit({ version: 'v3', properties: { a: 3 } });
    await platform.drive(config.refresh());
    expect(calls).to.deep.equal([
      ['signal', 1, undefined],
      ['stop', 1, undefined],
      ['signal', 2, 1],
      ['stop', 2, 1],
    ]);
  });
});

describe('sdk: listeners', () => {
  const failing: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug'))],
  ];
  for (const [title, listener] of failing) {
    it(`harms neither the others nor the polling when one ${title}, and is told by 'error'`, async () => {
      const { platform, commit } = serving({ properties: { a: 1 } });
      const config = await loadOrders(platform);
      config.on('change', listener);
      const events = recordEvents(config, 'change', 'error');
      for (const [version, a] of [
        ['v2', 2],
        ['v3', 3],
      ] as const) {
        commit({ version, properties: { a } });
        await platform.advance(10_000);
      }
      await settle();
      expect(events.map(([name]) => name).sort()).to.deep.equal(['change', 'change', 'error', 'error']);
      const error = events.find(([name]) => name === 'error')?.[1] as { error: Error; retryIn: unknown };
      expect([error.error.message, error.retryIn]).to.deep.equal(["A listener of 'change' failed: bug", null]);
      expect(platform.warnings).to.deep.equal([]);
    });
  }

  it('warns the process where no one listens to errors, or the listener of errors fails itself', async () => {
    const { platform, commit } = serving({ properties: { a: 1 } });
    const config = await loadOrders(platform, { refresh: false });
    const thrower = (): never => {
      throw new Error('bug');
    };
    config.on('change', thrower);
    commit({ version: 'v2', properties: { a: 2 } });
    await platform.drive(config.refresh());
    config.on('error', () => {
      throw new Error('worse');
    });
    config.watch('a', thrower, { immediate: true });
    expect(platform.warnings).to.deep.equal([
      "CONFIG_LISTENER_FAILED: A listener of 'change' failed: bug",
      "CONFIG_LISTENER_FAILED: A listener of 'error' failed: worse",
    ]);
  });

  it('are called once for each time they were added, until removed', async () => {
    const { platform, commit } = serving({ properties: { a: 1 } });
    const config = await loadOrders(platform, { refresh: false });
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    const [first] = [config.on('change', count), config.on('change', count)];
    commit({ version: 'v2', properties: { a: 2 } });
    await platform.drive(config.refresh());
    first();
    first();
    commit({ version: 'v3', properties: { a: 3 } });
    await platform.drive(config.refresh());
    expect(calls).to.equal(3);
  });
});

describe('sdk: close', () => {
  it('ends the poll in flight, swaps nothing any more and leaves no timer', async () => {
    const { platform } = serving({ properties: { a: 1 } });
    const config = await loadOrders(platform);
    const events = recordEvents(config, 'change', 'rejected', 'error', 'stale');
    platform.respond = () => new Promise(() => undefined);
    await platform.advance(10_000);
    const waiting = expectError('CONFIG_CLOSED', () => config.refresh());
    await config.close();
    await waiting;
    expect(platform.requests.at(-1)?.signal.aborted).to.equal(true);
    expect(platform.timers).to.deep.equal([]);
    expect(events).to.deep.equal([]);
    expect(config.get('a')).to.equal(1);
  });

  it('ends a canApply in flight, and takes nothing from it', async () => {
    const { platform, commit } = serving({ properties: { a: 1 } });
    const seen: { signal?: AbortSignal } = {};
    const config = await loadOrders(platform, {
      canApply: (_next, _previous, { signal }) => {
        seen.signal = signal;
        return new Promise(() => undefined);
      },
    });
    commit({ version: 'v2', properties: { a: 2 } });
    await platform.advance(10_000);
    await config.close();
    expect(seen.signal?.aborted).to.equal(true);
    expect([config.get('a'), platform.warnings]).to.deep.equal([1, []]);
  });

  it('takes nothing from what was about to be swapped in', async () => {
    const { platform, commit } = serving({ properties: { a: 1 } });
    const config = await loadOrders(platform, {
      canApply: () => {
        void config.close();
        return true;
      },
    });
    commit({ version: 'v2', properties: { a: 2 } });
    await platform.advance(10_000);
    expect([config.get('a'), config.version, platform.timers]).to.deep.equal([1, 'v1', []]);
  });

  it('may be called again, at the same time and by await using', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform);
    await Promise.all([config.close(), config.close(), config[Symbol.asyncDispose]()]);
    await expectError('CONFIG_CLOSED', () => config.refresh());
    expect(platform.requests).to.have.length(1);
  });
});
