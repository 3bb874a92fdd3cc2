import { expect } from 'chai';
import { CallerToken } from '#server/core/caller-token.js';
import { readJson } from '#server/core/read-json.js';
import type { VaultAnswer } from '#server/vault/client.js';
import { createOutage } from '#server/vault/outage.js';
import type { SecretAddress, SecretAsker, StoreOutcome } from '#server/vault/secret-store.js';
import { createTransit, type Transit } from '#server/vault/transit.js';
import { eventually } from '../../support/eventually.js';
import { sealed, transitOf } from '../../support/fake-transit.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { noAbort } from '../../support/queries.js';

const timeToLive = 60_000;
const staleLimit = 600_000;
const down: VaultAnswer = { kind: 'unavailable', reason: 'ECONNREFUSED' };
const refused: VaultAnswer = { kind: 'refused', status: 403 };
const notOpened = { kind: 'unusable', reason: 'Vault cannot decrypt it with this key' };
const server: SecretAsker = { caller: null, application: 'orders', profile: 'default', instance: null };
const ann: SecretAsker = { ...server, caller: new CallerToken('t', 'id-of-ann') };
const bob: SecretAsker = { ...server, caller: new CallerToken('t', 'id-of-bob') };

interface Stage {
  readonly transit: Transit;
  readonly clock: ManualClock;
  /** Each batch: its key and how many texts it had. */
  readonly batches: readonly string[];
  /** Answers in place of the engine; undefined: it answers itself. */
  readonly say: (answer: VaultAnswer | undefined) => void;
  readonly open: (text: string, key?: string, asker?: SecretAsker) => Promise<unknown>;
}

const at = (key: string, ciphertext: string): SecretAddress => ({ path: `transit/${key}`, pin: null, ciphertext });
const textOf = (outcome: StoreOutcome): unknown =>
  outcome.kind === 'secret' && outcome.isStale !== true ? outcome.secret.values?.get('plaintext') : outcome;

function stage(): Stage {
  const clock = createManualClock();
  const batches: string[] = [];
  const engine = transitOf(['orders', 'billing']);
  let instead: VaultAnswer | undefined;
  const transit = createTransit({
    mount: 'transit',
    outage: createOutage({ clock }),
    timeToLiveMs: timeToLive,
    staleLimitMs: staleLimit,
    cacheBytes: 1_000_000,
    clock,
    decrypt: (key, body) => {
      batches.push(`${key} ${(body['batch_input'] as unknown[]).length}`);
      const { status = 200, body: said } = engine({ path: `transit/decrypt/${key}`, body });
      const answered = { kind: 'ok', body: readJson(JSON.stringify(said)) as Map<string, never> } as const;
      return Promise.resolve(instead ?? (status === 400 ? { kind: 'refused', status } : answered));
    },
  });
  return {
    transit,
    clock,
    batches,
    say(answer) {
      instead = answer;
    },
    open: async (text, key = 'orders', asker = server) =>
      textOf(await transit.get(at(key, sealed('orders', text)), asker, noAbort())),
  };
}

describe('texts of the transit engine', () => {
  it('that are asked for at the same time are decrypted in one batch for each key, each once', async () => {
    const { open, transit, batches } = stage();
    const other = transit.get(at('billing', sealed('billing', 'x')), server, noAbort());
    expect(await Promise.all([open('a'), open('b ü'), open('a')])).to.deep.equal(['a', 'b ü', 'a']);
    expect([textOf(await other), batches]).to.deep.equal(['x', ['billing 1', 'orders 2']]);
  });

  it('are decrypted a hundred at a time, and fewer where they are long', async () => {
    const { open, batches } = stage();
    const short = Array.from({ length: 201 }, (_, i) => String(i));
    expect(await Promise.all(short.map((text) => open(text)))).to.deep.equal(short);
    const long = ['a', 'b', 'c'].map((text) => text.repeat(200_000));
    await Promise.all(long.map((text) => open(text)));
    expect(batches).to.deep.equal(['orders 100', 'orders 100', 'orders 1', 'orders 1', 'orders 1', 'orders 1']);
  });

  it('are kept for their time', async () => {
    const { open, transit, clock, batches } = stage();
    await open('a');
    clock.pass(timeToLive - 1);
    await open('a');
    expect(batches.length).to.equal(1);
    const { revision } = transit;
    const fresh = transit.peek(at('orders', sealed('orders', 'a')), server);
    expect([fresh?.values?.get('plaintext'), fresh?.until]).to.deep.equal(['a', clock.now() + 1]);
    clock.pass(1);
    expect(transit.peek(at('orders', sealed('orders', 'a')), server)).to.equal(undefined);
    // Meanwhile it is looked at again.
    expect(await open('a')).to.equal('a');
    await eventually(() => (batches.length === 2 ? true : undefined));
    expect(transit.revision).to.equal(revision);
  });

  it('single out the one that cannot be decrypted', async () => {
    const { open, transit } = stage();
    const bad = transit.get(at('orders', 'vault:v1:AAAA'), server, noAbort());
    expect([await open('a'), await bad, await open('b')]).to.deep.equal(['a', notOpened, 'b']);
  });

  it('cannot be decrypted where all of them are bad, the key is none, or what comes of it is no text', async () => {
    const { transit, open } = stage();
    const get = (one: SecretAddress) => transit.get(one, server, noAbort());
    expect(await get(at('orders', 'x'))).to.deep.equal(notOpened);
    expect(await open('a', 'nobody')).to.deep.equal(notOpened);
    expect(await get(at('orders', sealed('orders', new Uint8Array([0xff]))))).to.deep.equal({
      kind: 'unusable',
      reason: 'what it decrypts to is no text',
    });
  });

  it('are none of other addresses', async () => {
    const { transit, batches } = stage();
    const wrong = { kind: 'refused', status: 400 };
    const addresses = [
      { path: 'transit/orders', pin: null },
      at('..', 'x'),
      at('a/b', 'x'),
      at('a b', 'x'),
      at('', 'x'),
    ];
    for (const address of [...addresses, { ...at('x', 'x'), path: 'other/orders' }]) {
      expect(await transit.get(address, server, noAbort())).to.deep.equal(wrong);
      expect(transit.peek(address, server)).to.equal(undefined);
    }
    expect([batches, transit.holds('transit/a'), transit.holds('transits/a')]).to.deep.equal([[], true, false]);
  });

  it('go on being given, marked, while Vault does not answer, up to the limit', async () => {
    const { open, clock, say, batches } = stage();
    await open('a');
    say(down);
    clock.pass(timeToLive * 2);
    const secret = await open('a');
    expect(secret).to.deep.include({ kind: 'secret', isStale: true });
    expect([await open('a'), batches.length]).to.deep.equal([secret, 2]);
    expect(await open('new')).to.deep.equal(down);
    clock.pass(staleLimit);
    expect(await open('a')).to.deep.equal(down);
  });

  it('are asked for again in the background while Vault does not answer', async () => {
    const { open, clock, say } = stage();
    await open('a');
    say(down);
    clock.pass(timeToLive * 2);
    await open('a');
    say(undefined);
    clock.pass(2000);
    expect(await open('a')).to.have.property('isStale', true);
    expect(await eventually(async () => ((await open('a')) === 'a' ? 'a' : undefined))).to.equal('a');
  });

  it('are gone with a refusal', async () => {
    const { open, clock, say, transit } = stage();
    await open('a');
    say(refused);
    clock.pass(timeToLive * 2);
    const { revision } = transit;
    expect([await open('a'), transit.revision - revision]).to.deep.equal([refused, 1]);
  });

  it('are of whose token decrypts them, and go with it', async () => {
    const { open, say, batches, transit } = stage();
    expect([await open('a', 'orders', ann), await open('a', 'orders', bob)]).to.deep.equal(['a', 'a']);
    expect(batches).to.deep.equal(['orders 1', 'orders 1']);
    say(refused);
    const { revision } = transit;
    expect(await open('b', 'orders', bob)).to.deep.equal(refused);
    expect(transit.revision).to.equal(revision + 1);
    expect([await open('a', 'orders', bob), await open('a', 'orders', ann)]).to.deep.equal([refused, 'a']);
  });

  const others: readonly (readonly [VaultAnswer, string])[] = [
    [{ kind: 'missing' }, 'there is no transit engine'],
    [{ kind: 'ok', body: new Map() }, 'it is no answer of a transit engine'],
    [{ kind: 'unusable', reason: 'the answer is larger than 1 bytes' }, 'the answer is larger than 1 bytes'],
  ];
  for (const [answer, reason] of others) {
    it(`are none where ${reason}`, async () => {
      const { open, say } = stage();
      say(answer);
      expect(await open('a')).to.deep.equal({ kind: 'unusable', reason });
    });
  }

  it('are waited for no longer than who asks waits', async () => {
    const { transit } = stage();
    const leaving = new AbortController();
    const waiting = transit.get(at('orders', sealed('orders', 'a')), server, leaving.signal);
    leaving.abort(new Error('left'));
    expect(await waiting.catch((error: unknown) => String(error))).to.equal('Error: left');
  });

  it('are kept no longer than until it is closed', async () => {
    const { open, transit } = stage();
    await open('a');
    transit.close();
    expect(transit.peek(at('orders', sealed('orders', 'a')), server)).to.equal(undefined);
  });
});
