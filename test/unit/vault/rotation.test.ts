import { expect } from 'chai';
import { readJson } from '#server/core/read-json.js';
import type { VaultAnswer } from '#server/vault/client.js';
import { createRotation } from '#server/vault/rotation.js';
import { createSecrets, type Secrets, type SecretChange, type SecretPath } from '#server/vault/secrets.js';
import { eventually } from '../../support/eventually.js';
import { createFakeKv, type FakeKv } from '../../support/fake-kv.js';
import type { VaultSays } from '../../support/fake-vault.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { noAbort } from '../../support/queries.js';

const interval = 30_000;
const timeToLive = 300_000;
const down: VaultAnswer = { kind: 'unavailable', reason: 'ECONNREFUSED' };
const orders: SecretPath = { path: 'secret/data/orders', version: 2 };

interface Stage {
  readonly kv: FakeKv;
  readonly clock: ManualClock;
  readonly secrets: Secrets;
  readonly asked: string[];
  readonly changes: readonly SecretChange[];
  /** Answers in place of the engine. */
  readonly say: (say: (path: string) => VaultAnswer | undefined) => void;
  readonly read: (at?: SecretPath) => Promise<unknown>;
  /** Lets an interval pass, and waits until every look is through; what was asked meanwhile. */
  readonly look: (ms?: number) => Promise<readonly string[]>;
  readonly close: () => void;
}

function stage(options: { readonly intervalMs?: number; readonly random?: () => number } = {}): Stage {
  const kv = createFakeKv({ orders: { a: '1' }, billing: { a: '1' } });
  const clock = createManualClock();
  const asked: string[] = [];
  let instead: (path: string) => VaultAnswer | undefined = () => undefined;
  const read = (path: string): Promise<VaultAnswer> => {
    asked.push(path);
    return Promise.resolve(instead(path) ?? answerOf(kv.answer({ path })));
  };
  const secrets = createSecrets({
    read,
    timeToLiveMs: timeToLive,
    staleLimitMs: 600_000,
    cacheBytes: 1_000_000,
    clock,
    onUse: (at) => {
      rotation.use(at);
    },
    onExpire: () => {
      rotation.wake();
    },
  });
  const rotation = createRotation({
    secrets,
    read,
    intervalMs: interval,
    timeToLiveMs: timeToLive,
    clock,
    random: () => 0.5,
    ...options,
  });
  const changes: SecretChange[] = [];
  secrets.onChange((change) => changes.push(change));
  return {
    kv,
    clock,
    secrets,
    asked,
    changes,
    say(next) {
      instead = next;
    },
    async read(at = orders) {
      const outcome = await secrets.get(at, null, noAbort());
      return outcome.kind === 'secret' ? (outcome.secret.values?.get('a') ?? null) : outcome;
    },
    async look(ms = interval) {
      const before = asked.length;
      clock.pass(ms);
      // A round is over when the next is planned.
      await eventually(() => clock.next);
      return asked.slice(before);
    },
    close: () => {
      rotation.close();
    },
  };
}

function answerOf({ status = 200, body }: VaultSays): VaultAnswer {
  if (status === 404) return { kind: 'missing' };
  return { kind: 'ok', body: readJson(JSON.stringify(body)) as Map<string, never> };
}

const metadata = (name: string): string => `secret/metadata/${name}`;
const data = (name: string): string => `secret/data/${name}`;

describe('secrets of KV 2 that are in use', () => {
  it('are looked at by their metadata, and not read again while that says the same', async () => {
    const { read, look, secrets } = stage();
    await read();
    const { revision } = secrets;
    expect([await look(), await look()]).to.deep.equal([[metadata('orders')], [metadata('orders')]]);
    expect(secrets.revision).to.equal(revision);
  });

  it('are read anew once they have another version, without anybody asking', async () => {
    const { read, look, secrets, kv, changes, asked } = stage();
    await read();
    const { revision } = secrets;
    kv.write('orders', { a: '2' });
    expect(await look()).to.deep.equal([metadata('orders'), data('orders')]);
    expect(secrets.peek(orders, null)?.values?.get('a')).to.equal('2');
    expect(secrets.revision).to.be.greaterThan(revision);
    expect(changes).to.deep.equal([{ path: 'secret/orders', kind: 'rotated' }]);
    expect([await read(), asked.length]).to.deep.equal(['2', 3]);
  });

  it('are no change where the new version has the same values', async () => {
    const { read, look, secrets, kv, changes } = stage();
    await read();
    const { revision } = secrets;
    kv.write('orders', { a: '1' });
    expect([(await look()).length, (await look()).length]).to.deep.equal([2, 1]);
    expect([secrets.revision, changes]).to.deep.equal([revision, []]);
  });

  const ends: readonly (readonly [string, (kv: FakeKv) => void])[] = [
    [
      'deleted',
      (kv) => {
        kv.remove('orders');
      },
    ],
    [
      'destroyed',
      (kv) => {
        kv.destroy('orders');
      },
    ],
  ];
  for (const [how, end] of ends) {
    it(`are gone once they are ${how}`, async () => {
      const { read, look, secrets, kv, changes } = stage();
      await read();
      end(kv);
      await look();
      expect(secrets.peek(orders, null)?.values).to.equal(null);
      expect(changes).to.deep.equal([{ path: 'secret/orders', kind: 'deleted' }]);
      expect(await look()).to.deep.equal([metadata('orders')]);
    });
  }

  it('are there again once they are undeleted, or written for the first time', async () => {
    const { read, look, kv, changes } = stage();
    kv.remove('orders');
    expect([await read(), await read({ path: data('new'), version: 2 })]).to.deep.equal([null, null]);
    expect(await look()).to.deep.equal([metadata('orders'), metadata('new')]);
    kv.undelete('orders');
    kv.write('new', { a: 'first' });
    await look();
    expect(changes.map(({ path, kind }) => `${path} ${kind}`)).to.deep.equal([
      'secret/orders rotated',
      'secret/new rotated',
    ]);
    expect([await read(), await read({ path: data('new'), version: 2 })]).to.deep.equal(['1', 'first']);
  });

  it('are not gone before a deletion that is to come', async () => {
    const { read, look, kv } = stage();
    kv.remove('orders', '2199-01-01T00:00:00Z');
    expect(await read()).to.equal('1');
    expect(await look()).to.deep.equal([metadata('orders')]);
  });

  it('are looked at until nobody has asked for them for long', async () => {
    const { read, look, clock } = stage();
    await read();
    await look();
    clock.pass(3 * timeToLive);
    await eventually(() => (clock.next === undefined ? true : undefined));
    await read();
    expect(clock.next).to.equal(interval);
  });

  for (const [name, at] of [
    ['of a pinned version', { ...orders, pin: 1 }],
    ['of callers', null],
  ] as const) {
    it(`are not looked at where they are ${name}`, async () => {
      const { secrets, clock } = stage();
      const { CallerToken } = await import('#server/core/caller-token.js');
      await secrets.get(at ?? orders, at === null ? new CallerToken('t', 'id') : null, noAbort());
      expect(clock.next).to.equal(undefined);
    });
  }

  it('are not looked at without an interval', async () => {
    const { read, clock, secrets, asked } = stage({ intervalMs: 0 });
    await read();
    secrets.expire();
    expect([clock.next, asked]).to.deep.equal([undefined, [data('orders')]]);
  });

  it('are looked at sooner or later by a fifth of the interval, so that servers do not ask at the same time', async () => {
    const next = async (random: number): Promise<number | undefined> => {
      const { read, clock } = stage({ random: () => random });
      await read();
      return clock.next;
    };
    expect([await next(0), await next(1)]).to.deep.equal([24_000, 36_000]);
  });

  it('are read by value when their time is up where the metadata may not be read', async () => {
    const { read, look, say, kv, changes } = stage();
    await read();
    say((path) => (path.startsWith('secret/metadata/') ? { kind: 'refused', status: 403 } : undefined));
    kv.write('orders', { a: '2' });
    expect([await look(), await look()]).to.deep.equal([[metadata('orders')], []]);
    expect(await look(timeToLive)).to.deep.equal([data('orders')]);
    expect(changes.map(({ kind }) => kind)).to.deep.equal(['rotated']);
    expect(await look(timeToLive)).to.deep.equal([metadata('orders'), data('orders')]);
  });

  it('are read by value where the metadata is of something else', async () => {
    const { read, look, say } = stage();
    await read();
    say((path) => (path.startsWith('secret/metadata/') ? { kind: 'missing' } : undefined));
    const both = [metadata('orders'), data('orders')];
    expect([await look(), await look(), await look(), await look()]).to.deep.equal([both, both, both, []]);
  });

  it('are gone, with whoever refuses them', async () => {
    const { read, look, say, kv, changes, secrets } = stage();
    await read();
    kv.write('orders', { a: '2' });
    say((path) => (path.startsWith('secret/data/') ? { kind: 'refused', status: 403 } : undefined));
    await look();
    expect(changes).to.deep.equal([{ path: 'secret/orders', kind: 'refused' }]);
    expect(secrets.peek(orders, null)).to.equal(undefined);
    say(() => undefined);
    await look(timeToLive);
    expect(secrets.peek(orders, null)?.values?.get('a')).to.equal('2');
  });

  it('are left alone once Vault does not answer, until the next time', async () => {
    const { read, look, say, secrets, kv } = stage();
    for (const name of ['orders', 'billing', 'c', 'd', 'e', 'f', 'g']) await read({ path: data(name), version: 2 });
    say(() => down);
    kv.write('orders', { a: '2' });
    expect((await look()).length).to.equal(4);
    expect(secrets.state().failure).to.equal('ECONNREFUSED');
    expect(secrets.peek(orders, null)?.values?.get('a')).to.equal('1');
    say(() => undefined);
    expect((await look()).slice(0, 3)).to.deep.equal([metadata('e'), metadata('f'), metadata('g')]);
    expect(secrets.peek(orders, null)?.values?.get('a')).to.equal('2');
    expect(secrets.state().failure).to.equal(null);
  });

  it('stay what they are where Vault ceases to answer between metadata and value', async () => {
    const { read, look, say, secrets, kv, changes } = stage();
    await read();
    kv.write('orders', { a: '2' });
    say((path) => (path === data('orders') ? down : undefined));
    await look();
    expect([secrets.peek(orders, null)?.values?.get('a'), changes]).to.deep.equal(['1', []]);
    say(() => undefined);
    await look();
    expect(secrets.peek(orders, null)?.values?.get('a')).to.equal('2');
  });

  it('are all read anew at once after expire, metadata or not', async () => {
    const { read, secrets, kv, asked } = stage();
    await read();
    await read({ path: data('billing'), version: 2 });
    kv.write('orders', { a: '2' });
    secrets.expire();
    await eventually(() => (secrets.peek(orders, null)?.values?.get('a') === '2' ? true : undefined));
    expect(asked.slice(2)).to.deep.equal([data('orders'), data('billing')]);
  });

  it('are looked at by no one after close', async () => {
    const { read, close, clock, secrets } = stage();
    await read();
    close();
    await read({ path: data('billing'), version: 2 });
    secrets.expire();
    expect(clock.next).to.equal(undefined);
  });
});

describe('secrets of KV 1 that are in use', () => {
  const at: SecretPath = { path: 'kv/a%20b', version: 1 };

  it('are read again when their time is up, without anybody asking', async () => {
    const { look, read, say, changes } = stage();
    const valued = (value: string): VaultAnswer => answerOf({ body: { data: { a: value } } });
    say(() => valued('1'));
    expect(await read(at)).to.equal('1');
    say(() => valued('2'));
    expect(await look()).to.deep.equal([]);
    expect(await look(timeToLive)).to.deep.equal([at.path]);
    expect(changes).to.deep.equal([{ path: 'kv/a b', kind: 'rotated' }]);
  });
});
