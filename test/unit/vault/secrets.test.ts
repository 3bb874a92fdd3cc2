import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { noAbort } from '../../support/queries.js';
import {
  ann,
  answer,
  at,
  bob,
  down,
  refused,
  tooLarge,
  aSecretsStage,
  type SecretsStage,
} from '../../support/secrets-stage.js';

describe('secrets of Vault', () => {
  it('are read once at a time, and not again within their time', async () => {
    const { value, clock, asked } = aSecretsStage();
    expect(await Promise.all([value(), value(), value('kv/b')])).to.deep.equal(['1', '1', '1']);
    clock.pass(59_999);
    expect(await value()).to.equal('1');
    expect(asked).to.deep.equal(['kv/a server', 'kv/b server']);
  });

  it('are remembered as not there for as long', async () => {
    const { value, say, asked } = aSecretsStage();
    say({ kind: 'missing' });
    expect([await value(), await value()]).to.deep.equal([null, null]);
    expect(asked).to.deep.equal(['kv/a server']);
  });

  it('are given at once for a while after that, and looked at meanwhile', async () => {
    const { value, say, clock, asked } = aSecretsStage();
    await value();
    say(answer({ a: '2' }));
    clock.pass(60_000);
    expect(await value()).to.equal('1');
    expect(await eventually(async () => ((await value()) === '2' ? '2' : undefined))).to.equal('2');
    expect(asked).to.deep.equal(['kv/a server', 'kv/a server']);
  });

  it('are looked at before they are given where that is long ago', async () => {
    const { value, say, clock } = aSecretsStage();
    await value();
    say(answer({ a: '2' }));
    clock.pass(120_000);
    expect(await value()).to.equal('2');
  });

  it('go on being given while Vault does not answer, with few looks at it, up to the limit', async () => {
    const { value, say, clock, asked, secrets } = aSecretsStage();
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
    const { value, say, clock, secrets } = aSecretsStage();
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
    const { value, say, clock } = aSecretsStage();
    await value();
    say(down);
    clock.pass(120_000);
    await value();
    say(answer({ a: '2' }));
    clock.pass(30_000);
    expect(await value()).to.equal('2');
  });

  it('are fetched for who will ask again', async () => {
    const { secrets, asked } = aSecretsStage();
    secrets.prefetch(at('kv/a'));
    await eventually(() => secrets.peek(at('kv/a'), null));
    secrets.prefetch(at('kv/a'));
    expect(asked).to.deep.equal(['kv/a server']);
  });

  it('are no one else’s than whose token reads them', async () => {
    const { value, say } = aSecretsStage();
    expect(await value('kv/a', ann)).to.equal('1');
    say(refused);
    expect(await value('kv/a', bob)).to.deep.equal(refused);
    expect(await value('kv/a', null)).to.deep.equal(refused);
    expect(await value('kv/a', ann)).to.equal('1');
  });

  it('are dropped with a token that is refused, all of them', async () => {
    const { value, say, secrets } = aSecretsStage();
    await value('kv/a', ann);
    say(refused);
    expect(await value('kv/b', ann)).to.deep.equal(refused);
    expect(secrets.has(at('kv/a'), ann)).to.equal(false);
    expect(await value('kv/a', ann)).to.deep.equal(refused);
  });

  it('are not given from the cache where the server may not read them any more', async () => {
    const { value, say, clock } = aSecretsStage();
    await value();
    say(refused);
    clock.pass(120_000);
    expect([await value(), await value()]).to.deep.equal([refused, refused]);
  });

  it('are not asked for again for ten seconds where Vault refuses the server, but after expire', async () => {
    const { value, say, clock, asked, secrets } = aSecretsStage();
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

  it('are looked at again after expire', async () => {
    const { value, say, secrets } = aSecretsStage();
    await value();
    say(answer({ a: '2' }));
    secrets.expire();
    expect(secrets.peek(at('kv/a'), null)).to.equal(undefined);
    expect(await value()).to.equal('2');
  });

  it('have an id that equal values share, and another server does not', async () => {
    const idIn = async ({ secrets }: SecretsStage): Promise<string> => {
      const outcome = await secrets.get(at('kv/a'), null, noAbort());
      return outcome.kind === 'secret' ? outcome.secret.id : '';
    };
    const [one, other] = [aSecretsStage(), aSecretsStage()];
    expect(await idIn(one))
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(await idIn(other));
  });

  it('are none where the answer is of another engine', async () => {
    const { say, value } = aSecretsStage();
    say({ kind: 'ok', body: new Map() });
    expect(await value()).to.deep.equal({ kind: 'unusable', reason: 'it is no KV engine of version 1' });
  });

  it('go on being fresh where another path has what cannot be taken', async () => {
    const { say, value, secrets, clock } = aSecretsStage();
    await value();
    say(tooLarge);
    expect(await value('kv/b')).to.deep.equal(tooLarge);
    expect(secrets.state()).to.deep.equal({ lastSuccess: clock.now(), failure: null });
    clock.pass(60_000);
    expect(await value()).to.equal('1');
    expect(await eventually(async () => ((await value()) === '1' ? undefined : await value()))).to.deep.equal(tooLarge);
  });

  it('are read at the version that is pinned, each by itself', async () => {
    const { secrets, asked } = aSecretsStage();
    await secrets.get({ ...at('kv/a'), pin: 3 }, null, noAbort());
    await secrets.get(at('kv/a'), null, noAbort());
    expect(asked).to.deep.equal(['kv/a?version=3 server', 'kv/a server']);
  });

  it('tell until when they need no look at Vault', async () => {
    const { secrets, value, clock } = aSecretsStage();
    const start = clock.now();
    await value();
    clock.pass(10);
    expect(secrets.peek(at('kv/a'), null)?.until).to.equal(start + 60_000);
  });

  it('say that they are past their time where Vault does not answer, and only then', async () => {
    const { secrets, say, clock } = aSecretsStage();
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
