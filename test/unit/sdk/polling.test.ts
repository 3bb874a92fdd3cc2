import { expect } from 'chai';
import type { ChangeEvent } from 'cairn-config-client';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { loadOrders, recordEvents, serving } from '../../support/loaded-config.js';
import { anEnvironment, aProblem, connectionRefused, notModified } from '../../support/wire-answer.js';

describe('sdk: polling', () => {
  it('asks conditionally, each interval ± 20 %, without keeping the process alive', async () => {
    const { platform } = serving({});
    await loadOrders(platform);
    const delays: number[] = [];
    for (const randomness of [0, 0.5, 0.999]) {
      platform.randomness = randomness;
      await platform.advance(platform.timers[0] ?? 0);
      delays.push(Math.round(platform.timers[0] ?? 0));
    }
    expect(delays).to.deep.equal([8_000, 10_000, 11_996]);
    expect(platform.requests.map(({ headers }) => headers.get('if-none-match'))).to.deep.equal([
      null,
      'W/"v1-v2"',
      'W/"v1-v2"',
      'W/"v1-v2"',
    ]);
    expect(platform.hasTimerThatKeepsAlive).to.equal(false);
  });

  it('swaps the configuration and tells exactly what differs', async () => {
    const before = { keep: 1, 'orders.max-items': 5, gone: 'x', text: 'see ${orders.max-items}', typed: '5' };
    const { platform, commit } = serving({ properties: before });
    const config = await loadOrders(platform);
    const previous = config.current;
    const events = recordEvents(config, 'change', 'rejected', 'stale', 'recovered', 'error');
    commit({ version: 'v2', properties: { keep: 1, 'orders.max-items': 6, new: true, text: before.text, typed: 5 } });
    await platform.advance(10_000);
    const change: ChangeEvent = {
      version: 'v2',
      previousVersion: 'v1',
      added: [{ key: 'new', next: true }],
      changed: [
        { key: 'orders.max-items', previous: 5, next: 6 },
        { key: 'text', previous: 'see 5', next: 'see 6' },
        { key: 'typed', previous: '5', next: 5 },
      ],
      removed: [{ key: 'gone', previous: 'x' }],
      source: 'poll',
    };
    expect(events).to.deep.equal([['change', change]]);
    expect(config.version).to.equal('v2');
    expect(config.current).to.deep.equal({ keep: 1, orders: { 'max-items': 6 }, new: true, text: 'see 6', typed: 5 });
    expect(previous).to.deep.equal({ keep: 1, orders: { 'max-items': 5 }, gone: 'x', text: 'see 5', typed: '5' });
  });

  it('tells no change when only the version, the digest or the order moved, and keeps the object', async () => {
    const { platform, commit } = serving({ properties: { a: 1, b: 2 } });
    const config = await loadOrders(platform);
    const { current } = config;
    const events = recordEvents(config, 'change');
    commit({ version: 'v2', properties: { b: 2, a: 1 } });
    await platform.advance(10_000);
    expect(events).to.deep.equal([]);
    expect({ version: config.version, digest: config.digest }).to.deep.equal({ version: 'v2', digest: 'd-v2' });
    expect(config.current).to.equal(current);
  });

  it('takes the new commit from a 304, when the digest did not move', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform);
    platform.respond = () => notModified('v1', { 'x-config-version': 'v9', 'x-config-digest': 'd-v1' });
    await platform.advance(10_000);
    expect({ version: config.version, digest: config.digest }).to.deep.equal({ version: 'v9', digest: 'd-v1' });
  });

  it('backs off with full jitter, doubling to a cap, and tells each failure with the next try', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform);
    const events = recordEvents(config, 'error');
    platform.respond = () => Promise.reject(connectionRefused());
    platform.randomness = 0.5;
    for (let failure = 0; failure < 9; failure += 1) await platform.advance(platform.timers[0] ?? 0);
    // One of the nine is the timer of staleness.
    expect(events.map(([, event]) => (event as { retryIn: number }).retryIn)).to.deep.equal([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
    const [, first] = events[0] as [string, { error: Error }];
    expect(first.error.message).to.equal('http://config:8888 did not answer (ECONNREFUSED).');
    platform.respond = () => anEnvironment({ properties: { a: 1 } });
    await platform.advance(30_000);
    expect(config.current).to.deep.equal({ a: 1 });
    expect(Math.round(platform.timers[0] ?? 0)).to.be.at.most(10_000);
  });

  it('warns once an outage where no one listens', async () => {
    const { platform } = serving({});
    await loadOrders(platform);
    platform.respond = () => aProblem(503);
    await platform.advance(60_000);
    expect(platform.requests.length).to.be.greaterThan(4);
    expect(platform.warnings).to.deep.equal([
      'CONFIG_UNAVAILABLE: http://config:8888 answered 503: no such thing (CONFIG_TEST)',
    ]);
  });

  for (const retryAfter of ['40', 'Thu, 01 Jan 2026 00:00:50 GMT']) {
    it(`leaves a server alone for as long as its Retry-After (${retryAfter}) says, even when told to refresh`, async () => {
      const { platform } = serving({});
      const config = await loadOrders(platform);
      platform.respond = () => aProblem(429, { 'retry-after': retryAfter });
      await platform.advance(10_000);
      expect(platform.timers).to.deep.equal([20_000, 40_000]);
      platform.respond = () => anEnvironment();
      const error = await expectError('CONFIG_UNAVAILABLE', () => platform.drive(config.refresh()));
      expect(error.message).to.equal('All servers asked not to be asked for another 40s (Retry-After).');
      expect(platform.requests).to.have.length(2);
      await platform.advance(40_000);
      expect(platform.requests).to.have.length(3);
    });
  }

  for (const [status, code] of [
    [401, 'CONFIG_UNAUTHENTICATED'],
    [403, 'CONFIG_FORBIDDEN'],
  ] as const)
    it(`keeps what it has when it is answered ${status}, tells it, and asks ever more rarely`, async () => {
      const { platform } = serving({ properties: { a: 1 } });
      const config = await loadOrders(platform);
      const errors: string[] = [];
      config.on('error', ({ error }) => errors.push(error.code));
      platform.respond = () => aProblem(status);
      await platform.advance(130_000);
      expect(config.current).to.deep.equal({ a: 1 });
      // After 10 s, and then 0.5, 1, 2, 4, 8, 16, 30, 30 s.
      expect(errors).to.deep.equal(Array(9).fill(code));
      expect(platform.requests).to.have.length(10);
    });

  it('ignores a Retry-After that is none, and cuts one that is absurd', async () => {
    const { platform } = serving({});
    await loadOrders(platform);
    platform.respond = () => aProblem(503, { 'retry-after': 'soon' });
    await platform.advance(10_000);
    expect(platform.timers[0]).to.equal(500);
    platform.respond = () => aProblem(503, { 'retry-after': '999999999' });
    await platform.advance(500);
    expect(platform.timers.at(-1)).to.equal(3_600_000);
  });

  it('asks a sick server after the healthy ones, and first again when it had time to recover', async () => {
    const platform = new FakePlatform(({ url }) => (url.includes('one') ? aProblem(500) : anEnvironment()));
    await loadOrders(platform, { url: ['http://one', 'http://two'], refresh: { interval: '2s' } });
    for (let poll = 0; poll < 3; poll += 1) await platform.advance(2_000);
    expect(platform.requests.map(({ url }) => new URL(url).hostname)).to.deep.equal([
      'one',
      'two',
      'two',
      'two',
      'one',
      'two',
    ]);
  });

  it('does not poll where it is told not to, and refreshes on demand', async () => {
    const { platform, commit } = serving({ properties: { a: 1 } });
    const config = await loadOrders(platform, { refresh: false });
    expect(platform.timers).to.deep.equal([]);
    const events = recordEvents(config, 'change');
    commit({ version: 'v2', properties: { a: 2 } });
    expect(await platform.drive(config.refresh())).to.equal('changed');
    expect(await platform.drive(config.refresh())).to.equal('unchanged');
    expect(events).to.have.length(1);
    expect(events[0]?.[1]).to.include({ source: 'refresh' });
    expect(platform.timers).to.deep.equal([]);
  });

  it('has one request in flight; a refresh meanwhile asks once more, for all who wait', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform);
    const open: (() => void)[] = [];
    platform.respond = () =>
      new Promise((resolve) => {
        open.push(() => {
          resolve(notModified('v1'));
        });
      });
    await platform.advance(10_000);
    const refreshes = [config.refresh(), config.refresh()];
    await platform.advance(0);
    expect(platform.requests).to.have.length(2);
    open[0]?.();
    await platform.advance(0);
    expect(platform.requests).to.have.length(3);
    open[1]?.();
    expect(await Promise.all(refreshes)).to.deep.equal(['unchanged', 'unchanged']);
    await platform.advance(0);
    expect(platform.requests).to.have.length(3);
  });

  it('ends the wait of a refresh at its signal', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform, { refresh: false });
    await expectError('CONFIG_ABORTED', () => config.refresh({ signal: AbortSignal.abort() }));
    expect(platform.requests).to.have.length(1);
  });
});
