import { expect } from 'chai';
import { readJson } from '#server/core/read-json.js';
import type { VaultAnswer, VaultClient } from '#server/vault/client.js';
import { backoffMs } from '#server/vault/clock.js';
import type { Lease, LoginOutcome } from '#server/vault/login.js';
import { createVaultSession, type VaultSession } from '#server/vault/session.js';
import { eventually } from '../../support/eventually.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';
import { noAbort } from '../../support/queries.js';

interface Stage {
  readonly session: VaultSession;
  readonly clock: ManualClock;
  /** `POST path token` of each request of the session, and `login`. */
  readonly done: readonly string[];
  readonly failures: readonly string[];
  /** Until when what was leased with a login was said to be good. */
  readonly ends: readonly number[];
}

const aLease = (token: string, part: Partial<Lease> = {}): LoginOutcome => ({
  kind: 'lease',
  lease: { token, durationMs: 3000, isRenewable: true, isOwn: true, isProven: true, ...part },
});
const renewed = (token: string, seconds: number): VaultAnswer => {
  const text = JSON.stringify({ auth: { client_token: token, lease_duration: seconds, renewable: true } });
  return { kind: 'ok', body: readJson(text) as Map<string, never> };
};
const down: LoginOutcome = { kind: 'failed', reason: 'down' };

describe('the session of the server at Vault', () => {
  const open: VaultSession[] = [];
  afterEach(async () => {
    for (const session of open.splice(0)) await session.close();
  });

  /** Logins and renewals answer in order, the last one again and again. */
  function stage(
    logins: readonly LoginOutcome[],
    renewals: readonly VaultAnswer[] = [{ kind: 'ok', body: new Map() }],
    isReplaced: ((token: string) => Promise<boolean>) | null = null,
  ): Stage {
    const clock = createManualClock();
    const done: string[] = [];
    const failures: string[] = [];
    const ends: number[] = [];
    const [nextLogin, nextRenewal] = [inOrder(logins), inOrder(renewals)];
    const client: VaultClient = {
      request: ({ path, token }) => {
        done.push(`${path} ${String(token)}`);
        return Promise.resolve(nextRenewal());
      },
      close: () => undefined,
    };
    const login = (): Promise<LoginOutcome> => {
      done.push('login');
      return Promise.resolve(nextLogin());
    };
    const onFailure = (reason: string): void => void failures.push(reason);
    const onLoginEnd = (until: number): void => void ends.push(until);
    const session = createVaultSession({ client, login, isReplaced, clock, random: () => 1, onFailure, onLoginEnd });
    open.push(session);
    return { session, clock, done, failures, ends };
  }

  const due = (clock: ManualClock): Promise<number> => eventually(() => clock.next);

  it('renews at two thirds of the lease, and at two thirds of the next', async () => {
    const { session, clock, done } = stage([aLease('a')], [renewed('a', 30)]);
    expect(await session.token(noAbort())).to.equal('a');
    expect(await due(clock)).to.equal(2000);
    clock.pass(2000);
    expect(await due(clock)).to.equal(20_000);
    expect(done).to.deep.equal(['login', 'auth/token/renew-self a']);
  });

  for (const isRenewable of [true, false]) {
    it(`logs in again before the lease ends where there is another token, be it renewable (${isRenewable}) or not`, async () => {
      let isThere = false;
      const isReplaced = (): Promise<boolean> => Promise.resolve(isThere);
      const logins = [aLease('a', { isRenewable, isOwn: false }), aLease('b', { isRenewable, isOwn: false })];
      const { session, clock, done } = stage(logins, [renewed('a', 3)], isReplaced);
      expect(await session.token(noAbort())).to.equal('a');
      expect(await due(clock)).to.equal(2000);
      isThere = true;
      clock.pass(2000);
      expect(await eventually(async () => ((await session.token(noAbort())) === 'b' ? 'b' : undefined))).to.equal('b');
      expect(done).to.deep.equal(['login', 'login']);
    });
  }

  it('logs in again where a renewal is refused', async () => {
    const { session, clock, done } = stage([aLease('a'), aLease('b')], [{ kind: 'refused', status: 403 }]);
    await session.token(noAbort());
    await due(clock);
    clock.pass(2000);
    expect(await eventually(async () => ((await session.token(noAbort())) === 'b' ? 'b' : undefined))).to.equal('b');
    expect(done).to.deep.equal(['login', 'auth/token/renew-self a', 'login']);
  });

  it('goes on with its token while Vault is down, and logs in when the lease has ended', async () => {
    const unavailable: VaultAnswer = { kind: 'unavailable', reason: 'down' };
    const { session, clock, done } = stage([aLease('a'), aLease('b')], [unavailable]);
    await session.token(noAbort());
    await due(clock);
    clock.pass(2000);
    await eventually(() => (done.length === 2 ? true : undefined));
    expect(await session.token(noAbort())).to.equal('a');
    await due(clock);
    clock.pass(1000);
    expect(await eventually(async () => ((await session.token(noAbort())) === 'b' ? 'b' : undefined))).to.equal('b');
  });

  it('does not renew a token that cannot be, and logs in a third of its time before it ends', async () => {
    const { session, clock, done, ends } = stage([aLease('a', { isRenewable: false }), aLease('b')]);
    await session.token(noAbort());
    const end = clock.now() + 3000;
    expect(await due(clock)).to.equal(2000);
    clock.pass(2000);
    await eventually(async () => ((await session.token(noAbort())) === 'b' ? 'b' : undefined));
    expect([done, ends, session.login()]).to.deep.equal([['login', 'login'], [end], 1]);
  });

  it('logs in anew where a renewal was cut short by the longest time of the token', async () => {
    const { session, clock, ends } = stage([aLease('a'), aLease('b')], [renewed('a', 3), renewed('a', 2)]);
    await session.token(noAbort());
    await due(clock);
    clock.pass(2000);
    await eventually(() => (clock.next === 2000 ? true : undefined));
    clock.pass(2000);
    await eventually(() => (clock.next === 1000 ? true : undefined));
    clock.pass(1000);
    await eventually(async () => ((await session.token(noAbort())) === 'b' ? 'b' : undefined));
    expect(ends).to.deep.equal([clock.now() + 1000]);
  });

  it('goes on with the old token while it is good and no other is to be had, and without one then', async () => {
    const { session, clock, ends, failures } = stage([aLease('a', { isRenewable: false }), down]);
    await session.token(noAbort());
    await due(clock);
    clock.pass(2000);
    await eventually(() => (failures.length === 1 ? true : undefined));
    expect([await session.token(noAbort()), session.failure(), ends]).to.deep.equal(['a', null, []]);
    await eventually(() => (clock.next === 1000 ? true : undefined));
    clock.pass(1000);
    expect([await session.token(noAbort()), session.failure(), ends]).to.deep.equal([undefined, 'down', [clock.now()]]);
  });

  it('gives the tokens of all logins back when it is closed, unless they are left', async () => {
    const logins = [aLease('a', { isRenewable: false }), aLease('b')];
    const [one, other] = [stage(logins), stage(logins)];
    for (const { session, clock } of [one, other]) {
      await session.token(noAbort());
      await due(clock);
      clock.pass(2000);
      await eventually(async () => ((await session.token(noAbort())) === 'b' ? 'b' : undefined));
    }
    other.session.leave();
    await one.session.close();
    await other.session.close();
    expect([one.done.slice(2), other.done.slice(2)]).to.deep.equal([
      ['auth/token/revoke-self a', 'auth/token/revoke-self b'],
      [],
    ]);
  });

  it('tries again with doubled waits where a login fails, and lets nobody wait for that', async () => {
    const { session, clock, failures } = stage([down, down, aLease('a')]);
    expect(await session.token(noAbort())).to.equal(undefined);
    expect(session.failure()).to.equal('down');
    expect(await due(clock)).to.equal(1000);
    clock.pass(1000);
    expect(await eventually(() => (clock.next === 2000 ? clock.next : undefined))).to.equal(2000);
    expect(await session.token(noAbort())).to.equal(undefined);
    clock.pass(2000);
    await eventually(async () => await session.token(noAbort()));
    expect({ failure: session.failure(), failures }).to.deep.equal({ failure: null, failures: ['down', 'down'] });
  });

  it('logs in at once where a token that was good is refused', async () => {
    const { session, clock, done, ends } = stage([aLease('a'), aLease('b')]);
    const token = await session.token(noAbort());
    session.accepted();
    session.refused(token!);
    session.refused(token!);
    expect(await session.token(noAbort())).to.equal('b');
    expect([done, ends]).to.deep.equal([['login', 'login'], [clock.now()]]);
  });

  it('waits before it logs in again where the token was never any good', async () => {
    const { session, clock } = stage([aLease('a')]);
    session.refused((await session.token(noAbort()))!);
    expect(await session.token(noAbort())).to.equal(undefined);
    expect(session.failure()).to.equal('it refuses the token that it gave or was given');
    expect(await due(clock)).to.equal(1000);
  });

  it('gives its token back when it is closed, once', async () => {
    const { session, done } = stage([aLease('a')]);
    await session.token(noAbort());
    await Promise.all([session.close(), session.close()]);
    expect(done).to.deep.equal(['login', 'auth/token/revoke-self a']);
  });

  it('leaves a token alone that it was given', async () => {
    const { session, done } = stage([aLease('a', { isOwn: false, durationMs: null })]);
    await session.token(noAbort());
    await session.close();
    expect(done).to.deep.equal(['login']);
  });

  it('waits at most about a minute between logins', () => {
    expect([0, 1, 2, 3, 7, 100].map((attempt) => backoffMs(attempt, () => 1))).to.deep.equal([
      0, 1000, 2000, 4000, 60_000, 60_000,
    ]);
    expect(backoffMs(1, () => 0)).to.equal(500);
  });
});

function inOrder<T>(values: readonly T[]): () => T {
  const left = [...values];
  return () => (left.length > 1 ? left.shift() : left[0])!;
}
