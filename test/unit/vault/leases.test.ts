import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { vaultOk, vaultRefuses } from '../../support/dynamic-vault.js';
import {
  aLease,
  aRole,
  createLeaseStage,
  minute,
  ordersPath,
  type LeaseStage,
  type LeaseStageOptions,
} from '../../support/lease-stage.js';
import { noAbort } from '../../support/queries.js';

const revocation = (count: number): string => `sys/leases/revoke {"lease_id":"database/creds/orders/${String(count)}"}`;

describe('leases of dynamic secrets', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const stage = (options?: LeaseStageOptions): LeaseStage => cleanups.add(createLeaseStage(options));

  describe('had', () => {
    it('are had once for all who ask at the same time, and after', async () => {
      const { password, vault, types } = stage();
      expect(await Promise.all([password(), password()])).to.deep.equal(['password-1', 'password-1']);
      expect(await password()).to.equal('password-1');
      expect([vault.asked, types()]).to.deep.equal([[ordersPath], ['lease-created']]);
    });

    it('are others for another scope, path or parameters', async () => {
      const { password, vault } = stage();
      const others = [
        aLease(),
        aLease({ scope: 'server' }),
        aLease({ path: 'aws/creds/x' }),
        aLease({ parameters: { ttl: '1h' } }),
      ];
      expect(await Promise.all(others.map((one) => password(one)))).to.deep.equal([
        'password-1',
        'password-2',
        'password-3',
        'password-4',
      ]);
      expect(vault.asked.at(-1)).to.equal('database/creds/orders {"ttl":"1h"}');
    });

    it('go on being had where who asked for them has gone', async () => {
      const { leases, password, vault } = stage();
      const gone = new AbortController();
      const first = leases.get(aLease(), gone.signal).catch((error: unknown) => error);
      gone.abort(new Error('gone'));
      expect(await first).to.be.instanceOf(Error);
      expect([await password(), vault.asked]).to.deep.equal(['password-1', [ordersPath]]);
    });

    it('have ids that are equal where their values are, and tell nothing of them', async () => {
      const { leases, vault } = stage();
      vault.answer(ordersPath, () => vaultOk({ lease_id: 'a', lease_duration: 60, data: { password: 'x' } }));
      const ids = await Promise.all(
        ['a', 'b'].map(async (scope) => {
          const outcome = await leases.get(aLease({ scope }), noAbort());
          return outcome.kind === 'secret' ? outcome.secret.id : undefined;
        }),
      );
      expect(ids[0]).to.match(/^[0-9a-f]{64}$/);
      expect(ids[1]).to.equal(ids[0]);
    });

    it('are refused past their number, with the setting; what failed takes no place', async () => {
      const { password, vault, types } = stage();
      const few = { ...aRole, maxLeases: 2 };
      vault.answer(ordersPath, () => vaultRefuses(403));
      for (const scope of ['x', 'y', 'z'])
        expect(await password(aLease({ role: few, scope }))).to.deep.equal(vaultRefuses(403));
      vault.answer(ordersPath, undefined);
      await password(aLease({ role: few, scope: 'a' }));
      await password(aLease({ role: few, scope: 'b' }));
      expect(await password(aLease({ role: few, scope: 'c' }))).to.deep.equal({
        kind: 'exhausted',
        reason: 'no lease is left of the 2 that there may be (secrets.dynamic[].max-leases)',
      });
      expect(await password(aLease({ role: { ...few }, scope: 'd' }))).to.equal('password-3');
      expect(types()).to.deep.equal([
        'lease-failed',
        'lease-created',
        'lease-created',
        'lease-failed',
        'lease-created',
      ]);
    });

    it('are no secrets without an end, and no large ones', async () => {
      const { password, vault } = stage();
      vault.answer(ordersPath, () => vaultOk({ lease_id: '', lease_duration: 0, data: { password: 'x' } }));
      expect(await password()).to.deep.equal({
        kind: 'unusable',
        reason: 'its answer has neither a lease nor an end',
      });
      const password64k = 'x'.repeat(70_000);
      vault.answer('aws', () => vaultOk({ lease_id: 'aws/1', lease_duration: 60, data: { password: password64k } }));
      expect(await password(aLease({ path: 'aws/creds/x' }))).to.deep.equal({
        kind: 'unusable',
        reason: 'its answer is too large',
      });
    });

    it('that are not there are given as such', async () => {
      const { password, vault } = stage();
      vault.answer(ordersPath, () => ({ kind: 'missing' }));
      expect(await password()).to.equal(null);
    });
  });

  describe('closed', () => {
    it('are revoked, the replaced ones too', async () => {
      const one = stage();
      one.vault.made.renewable = false;
      await one.password();
      await one.pass(40 * minute, 2);
      await one.leases.close();
      expect([...one.vault.leases]).to.deep.equal([]);
      expect(one.vault.asked).to.deep.equal([ordersPath, ordersPath, revocation(1), revocation(2)]);
      expect([one.clock.next, await one.password()]).to.deep.equal([
        undefined,
        { kind: 'unavailable', reason: 'the server is stopping' },
      ]);
    });

    it('live on where the settings say so', async () => {
      const one = stage({ revokeOnClose: false });
      one.vault.made.renewable = false;
      await one.password();
      await one.pass(40 * minute, 2);
      await one.leases.close();
      expect([one.vault.asked, one.clock.next]).to.deep.equal([[ordersPath, ordersPath], undefined]);
    });

    it('what is being had meanwhile is revoked as well', async () => {
      const one = stage();
      let give = (): void => undefined;
      one.vault.answer(ordersPath, async () => {
        await new Promise<void>((resolve) => (give = resolve));
        return vaultOk({ lease_id: `${ordersPath}/1`, lease_duration: 60, data: { password: 'x' } });
      });
      const waiting = one.password();
      await one.asked(1);
      const closing = one.leases.close();
      give();
      await closing;
      expect([await waiting, one.vault.asked]).to.deep.equal(['x', [ordersPath, revocation(1)]]);
    });

    it('tell which could not be revoked, and close all the same', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('sys/leases/revoke', () => vaultRefuses(403));
      await one.leases.close();
      expect(one.told.at(-1)).to.deep.equal({
        type: 'lease-failed',
        path: ordersPath,
        scope: 'application orders',
        action: 'revoke',
        reason: 'it refuses; the lease ends by itself',
      });
    });
  });
});
