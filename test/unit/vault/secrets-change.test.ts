import { expect } from 'chai';
import type { VaultAnswer } from '#server/vault/client.js';
import { createSecrets } from '#server/vault/secrets.js';
import { noAbort } from '../../support/queries.js';
import { ann, answer, at, refused, aSecretsStage } from '../../support/secrets-stage.js';

describe('secrets of Vault that change', () => {
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
    const { value, say, secrets } = aSecretsStage();
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

  it('have a revision that moves when one appears, changes, is dropped or expired, and not otherwise', async () => {
    const { secrets, value, say, clock } = aSecretsStage();
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
