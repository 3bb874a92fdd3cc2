import { expect } from 'chai';
import { CallerToken } from '#server/core/caller-token.js';
import { readJson } from '#server/core/read-json.js';
import type { VaultAnswer } from '#server/vault/client.js';
import { createSecrets, type Secrets } from '#server/vault/secrets.js';
import { eventually } from '../../support/eventually.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { noAbort } from '../../support/queries.js';

const answer = (values: unknown): VaultAnswer => ({
  kind: 'ok',
  body: readJson(JSON.stringify({ data: values })) as Map<string, never>,
});
const down: VaultAnswer = { kind: 'unavailable', reason: 'ECONNREFUSED' };
const tooLarge: VaultAnswer = { kind: 'unusable', reason: 'the answer is larger than 100000 bytes' };
const refused: VaultAnswer = { kind: 'refused', status: 403 };
const ann = new CallerToken('token-of-ann', 'id-of-ann');
const bob = new CallerToken('token-of-bob', 'id-of-bob');
const at = (path: string) => ({ path, version: 1 as const });

interface Stage {
  readonly secrets: Secrets;
  readonly clock: ManualClock;
  readonly asked: readonly string[];
  /** What the next reads come to. */
  readonly say: (next: VaultAnswer) => void;
  readonly value: (path?: string, caller?: CallerToken | null) => Promise<unknown>;
}

function stage(): Stage {
  const clock = createManualClock();
  const asked: string[] = [];
  let says = answer({ a: '1' });
  const secrets = createSecrets({
    read: (path, caller) => {
      asked.push(`${path} ${caller?.id ?? 'server'}`);
      return Promise.resolve(says);
    },
    timeToLiveMs: 60_000,
    staleLimitMs: 600_000,
    cacheBytes: 1_000_000,
    clock,
  });
  return {
    secrets,
    clock,
    asked,
    say(next) {
      says = next;
    },
    async value(path = 'kv/a', caller = null) {
      const outcome = await secrets.get(at(path), caller, noAbort());
      if (outcome.kind !== 'secret') return outcome;
      return outcome.secret.values === null ? null : outcome.secret.values.get('a');
    },
  };
}

describe('secrets of Vault', () => {
  it('are read once at a time, and not again within their time', async () => {
    const { value, clock, asked } = stage();
    expect(await Promise.all([value(), value(), value('kv/b')])).to.deep.equal(['1', '1', '1']);
    clock.pass(59_999);
    expect(await value()).to.equal('1');
    expect(asked).to.deep.equal(['kv/a server', 'kv/b server']);
  });

  it('are remembered as not there for as long', async () => {
    const { value, say, asked } = stage();
    say({ kind: 'missing' });
    expect([await value(), await value()]).to.deep.equal([null, null]);
    expect(asked).to.deep.equal(['kv/a server']);
  });

  it('are given at once for a while after that, and looked at meanwhile', async () => {
    const { value, say, clock, asked } = stage();
    await value();
    say(answer({ a: '2' }));
    clock.pass(60_000);
    expect(await value()).to.equal('1');
    expect(await eventually(async () => ((await value()) === '2' ? '2' : undefined))).to.equal('2');
    expect(asked).to.deep.equal(['kv/a server', 'kv/a server']);
  });

  it('are looked at before they are given where that is long ago', async () => {
    const { value, say, clock } = stage();
    await value();
    say(answer({ a: '2' }));
    clock.pass(120_000);
    expect(await value()).to.equal('2');
  });

  it('go on being given while Vault does not answer, with few looks at it, up to the limit', async () => {
    const { value, say, clock, asked, secrets } = stage();
    await value();
    say(down);
    clock.pass(120_000);
    expect([await value(), await value(), await value()]).to.deep.equal(['1', '1', '1']);
    expect(asked.length).to.equal(2);
    expect(secrets.state().failure).to.equal('ECONNREFUSED');
    clock.pass(540_000);
    expect(await value()).to.deep.equal(down);
  });

  it('are looked at in the background while Vault does not answer, and are fresh once it does', async () => {
    const { value, say, clock, secrets } = stage();
    await value();
    say(down);
    clock.pass(120_000);
    await value();
    say(answer({ a: '2' }));
    clock.pass(2000);
    expect(await value()).to.equal('1');
    expect(await eventually(async () => ((await value()) === '2' ? '2' : undefined))).to.equal('2');
    expect(secrets.state()).to.deep.equal({ lastSuccess: clock.now(), failure: null });
  });

  it('are looked at before they are given where Vault has not been asked for long', async () => {
    const { value, say, clock } = stage();
    await value();
    say(down);
    clock.pass(120_000);
    await value();
    say(answer({ a: '2' }));
    clock.pass(30_000);
    expect(await value()).to.equal('2');
  });

  it('are fetched for who will ask again', async () => {
    const { secrets, asked } = stage();
    secrets.prefetch(at('kv/a'));
    await eventually(() => secrets.peek(at('kv/a'), null));
    secrets.prefetch(at('kv/a'));
    expect(asked).to.deep.equal(['kv/a server']);
  });

  it('are no one else’s than whose token reads them', async () => {
    const { value, say } = stage();
    expect(await value('kv/a', ann)).to.equal('1');
    say(refused);
    expect(await value('kv/a', bob)).to.deep.equal(refused);
    expect(await value('kv/a', null)).to.deep.equal(refused);
    expect(await value('kv/a', ann)).to.equal('1');
  });

  it('are dropped with a token that is refused, all of them', async () => {
    const { value, say, secrets } = stage();
    await value('kv/a', ann);
    say(refused);
    expect(await value('kv/b', ann)).to.deep.equal(refused);
    expect(secrets.has(at('kv/a'), ann)).to.equal(false);
    expect(await value('kv/a', ann)).to.deep.equal(refused);
  });

  it('are not given from the cache where the server may not read them any more', async () => {
    const { value, say, clock } = stage();
    await value();
    say(refused);
    clock.pass(120_000);
    expect([await value(), await value()]).to.deep.equal([refused, refused]);
  });

  it('are not asked for again for ten seconds where Vault refuses the server, but after expire', async () => {
    const { value, say, clock, asked, secrets } = stage();
    say(refused);
    expect([await value(), await value()]).to.deep.equal([refused, refused]);
    clock.pass(9999);
    await value();
    expect(asked.length).to.equal(1);
    clock.pass(1);
    await value();
    secrets.expire();
    say(answer({ a: '1' }));
    expect([await value(), asked.length]).to.deep.equal(['1', 3]);
  });

  it('are what a read that began after expire finds, whichever ends first', async () => {
    const waiting: ((next: VaultAnswer) => void)[] = [];
    const read = (): Promise<VaultAnswer> => new Promise((resolve) => waiting.push(resolve));
    const secrets = createSecrets({ read, timeToLiveMs: 60_000, staleLimitMs: 0, cacheBytes: 1_000_000 });
    const before = secrets.get(at('kv/a'), null, noAbort());
    secrets.expire();
    const after = secrets.get(at('kv/a'), null, noAbort());
    waiting[1]?.(answer({ a: 'new' }));
    await after;
    waiting[0]?.(answer({ a: 'old' }));
    await before;
    expect(secrets.peek(at('kv/a'), null)?.values?.get('a')).to.equal('new');
  });

  it('tell who listens of those of the server, until that unsubscribes', async () => {
    const { value, say, secrets } = stage();
    const told: unknown[] = [];
    const stop = secrets.onChange((change) => told.push(change));
    for (const next of [answer({ a: '1' }), answer({ a: '2' })]) {
      say(next);
      secrets.expire();
      await value();
      await value('kv/a', ann);
    }
    stop();
    say({ kind: 'missing' });
    secrets.expire();
    await value();
    expect(told).to.deep.equal([{ path: 'kv/a', kind: 'rotated' }]);
  });

  it('are looked at again after expire', async () => {
    const { value, say, secrets } = stage();
    await value();
    say(answer({ a: '2' }));
    secrets.expire();
    expect(secrets.peek(at('kv/a'), null)).to.equal(undefined);
    expect(await value()).to.equal('2');
  });

  it('have an id that equal values share, and another server does not', async () => {
    const idIn = async ({ secrets }: Stage): Promise<string> => {
      const outcome = await secrets.get(at('kv/a'), null, noAbort());
      return outcome.kind === 'secret' ? outcome.secret.id : '';
    };
    const [one, other] = [stage(), stage()];
    expect(await idIn(one))
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(await idIn(other));
  });

  it('are none where the answer is of another engine', async () => {
    const { say, value } = stage();
    say({ kind: 'ok', body: new Map() });
    expect(await value()).to.deep.equal({ kind: 'unusable', reason: 'it is no KV engine of version 1' });
  });

  it('go on being fresh where another path has what cannot be taken', async () => {
    const { say, value, secrets, clock } = stage();
    await value();
    say(tooLarge);
    expect(await value('kv/b')).to.deep.equal(tooLarge);
    expect(secrets.state()).to.deep.equal({ lastSuccess: clock.now(), failure: null });
    clock.pass(60_000);
    expect(await value()).to.equal('1');
    expect(await eventually(async () => ((await value()) === '1' ? undefined : await value()))).to.deep.equal(tooLarge);
  });

  describe('have a revision that', () => {
    it('moves with what is kept: new, changed, gone, refused, expired', async () => {
      const { say, value, secrets, clock } = stage();
      const seen = [secrets.revision];
      const [one, other, gone] = [answer({ a: '1' }), answer({ a: '2' }), { kind: 'missing' } as const];
      for (const next of [one, other, gone, refused, one, tooLarge]) {
        say(next);
        clock.pass(120_000);
        await value();
        seen.push(secrets.revision);
      }
      secrets.expire();
      seen.push(secrets.revision);
      expect(new Set(seen).size).to.equal(seen.length);
    });

    it('stays while what is read is equal, and while Vault does not answer', async () => {
      const { say, value, secrets, clock } = stage();
      await value();
      const { revision } = secrets;
      clock.pass(120_000);
      await value();
      say(down);
      clock.pass(120_000);
      await value();
      expect(secrets.revision).to.equal(revision);
    });
  });

  it('are read at the version that is pinned, each by itself', async () => {
    const { secrets, asked } = stage();
    await secrets.get({ ...at('kv/a'), pin: 3 }, null, noAbort());
    await secrets.get(at('kv/a'), null, noAbort());
    expect(asked).to.deep.equal(['kv/a?version=3 server', 'kv/a server']);
  });

  it('tell until when they need no look at Vault', async () => {
    const { secrets, value, clock } = stage();
    const start = clock.now();
    await value();
    clock.pass(10);
    expect(secrets.peek(at('kv/a'), null)?.until).to.equal(start + 60_000);
  });

  it('say that they are past their time where Vault does not answer, and only then', async () => {
    const { secrets, say, clock } = stage();
    const isStale = async () => {
      const outcome = await secrets.get(at('kv/a'), null, noAbort());
      return outcome.kind === 'secret' ? (outcome.isStale ?? false) : outcome.kind;
    };
    expect(await isStale()).to.equal(false);
    say(down);
    clock.pass(120_000);
    expect([await isStale(), await isStale()]).to.deep.equal([true, true]);
    clock.pass(600_000);
    expect(await isStale()).to.equal('unavailable');
  });

  it('have a revision that moves when one appears, changes, is dropped or expired, and not otherwise', async () => {
    const { secrets, value, say, clock } = stage();
    const revisions = [secrets.revision];
    const look = async (act: () => unknown) => {
      await act();
      revisions.push(secrets.revision);
    };
    await look(() => value());
    await look(() => value());
    clock.pass(700_000);
    await look(() => value());
    say(answer({ a: '2' }));
    clock.pass(700_000);
    await look(() => value());
    await look(() => {
      secrets.expire();
    });
    say(refused);
    await look(() => value());
    const moves = revisions.map((revision, i) => revision !== (revisions[i - 1] ?? 0));
    expect(moves).to.deep.equal([false, true, false, false, true, true, true]);
  });
});

describe('a token of a caller', () => {
  it('is shown nowhere but where it is revealed', () => {
    expect([String(ann), JSON.stringify({ ann }), ann.reveal()]).to.deep.equal([
      '***',
      '{"ann":"***"}',
      'token-of-ann',
    ]);
  });
});
