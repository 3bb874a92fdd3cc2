import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { vaultDown, vaultOk, vaultRefuses } from '../../support/dynamic-vault.js';
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

const renewal = (count: number): string =>
  `sys/leases/renew {"lease_id":"database/creds/orders/${String(count)}","increment":3600}`;
const revocation = (count: number): string => `sys/leases/revoke {"lease_id":"database/creds/orders/${String(count)}"}`;

describe('a lease of a dynamic secret', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const stage = (options?: LeaseStageOptions): LeaseStage => cleanups.add(createLeaseStage(options));

  describe('kept', () => {
    it('are renewed at two thirds for as long again, again and again', async () => {
      const one = stage();
      await one.password();
      await one.pass(40 * minute, 2);
      expect(one.clock.next).to.equal(40 * minute);
      await one.pass(40 * minute, 3);
      expect([await one.password(), one.vault.asked]).to.deep.equal([
        'password-1',
        [ordersPath, renewal(1), renewal(1)],
      ]);
      expect(one.types()).to.deep.equal(['lease-created', 'lease-renewed', 'lease-renewed']);
    });

    it('are replaced a third of the lease before the end that no renewal moves; the old one ends by itself', async () => {
      const one = stage();
      one.vault.made.renewals = [3600, 1800];
      await one.password();
      await one.pass(40 * minute, 2);
      await one.pass(40 * minute, 3);
      const before = one.leases.revision;
      expect(one.clock.next).to.equal(10 * minute);
      await one.pass(10 * minute, 4);
      expect([await one.password(), one.leases.revision > before]).to.deep.equal(['password-2', true]);
      await one.pass(21 * minute, 4);
      expect([one.vault.asked.at(-1), one.types().at(-1)]).to.deep.equal([ordersPath, 'lease-replaced']);
    });

    it('are replaced before their end where they cannot be renewed, by as much as the overlap says', async () => {
      const one = stage();
      one.vault.made.renewable = false;
      await one.password(aLease({ role: { ...aRole, overlapMs: 5 * minute } }));
      expect(one.clock.next).to.equal(55 * minute);
    });

    it('overlap by half of the lease at most', async () => {
      const one = stage();
      one.vault.made.renewable = false;
      await one.password(aLease({ role: { ...aRole, overlapMs: 100 * minute } }));
      expect(one.clock.next).to.equal(30 * minute);
    });

    it('are revoked after the overlap where they would live on', async () => {
      const one = stage({ random: 1 });
      one.vault.made.renewable = false;
      const short = aLease({ role: { ...aRole, overlapMs: 5 * minute } });
      await one.password(short);
      expect(one.clock.next).to.equal(49.5 * minute);
      await one.pass(49.5 * minute, 2);
      one.clock.pass(5 * minute - 1);
      expect([await one.password(short), one.vault.asked]).to.deep.equal(['password-2', [ordersPath, ordersPath]]);
      await one.pass(1, 3);
      expect(one.vault.asked.at(-1)).to.equal(revocation(1));
    });

    it('that Vault does not know any more are dropped and had anew at once', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('sys/leases/renew', () => vaultRefuses(400));
      one.vault.answer('sys/leases/lookup', () => vaultRefuses(400));
      await one.pass(40 * minute, 4);
      expect([await one.password(), one.types()]).to.deep.equal([
        'password-2',
        ['lease-created', 'lease-failed', 'lease-replaced'],
      ]);
    });

    it('that the server may neither renew nor look up are replaced before their end', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('sys/leases/renew', () => vaultRefuses(400));
      one.vault.answer('sys/leases/lookup', () => vaultRefuses(403));
      await one.pass(40 * minute, 3);
      expect([await one.password(), one.clock.next]).to.deep.equal(['password-1', 0]);
      await one.pass(0, 4);
      expect(await one.password()).to.equal('password-2');
    });

    it('that cannot be renewed although Vault has them are replaced before their end', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('sys/leases/renew', () => vaultRefuses(400));
      await one.pass(40 * minute, 3);
      expect(one.clock.next).to.equal(0);
      await one.pass(0, 4);
      expect([await one.password(), one.vault.asked.at(-1)]).to.deep.equal(['password-2', ordersPath]);
    });

    it('certificates are replaced by their expiration', async () => {
      const one = stage();
      const now = one.clock.now() / 1000;
      one.vault.answer('pki', () =>
        vaultOk({
          lease_id: '',
          lease_duration: 0,
          renewable: false,
          data: { certificate: 'c', serial_number: '1d:2e', expiration: now + 86_400 },
        }),
      );
      const outcome = await one.leases.get(
        aLease({ path: 'pki/issue/web', parameters: { common_name: 'a.b' } }),
        noAbort(),
      );
      expect([outcome.kind, one.clock.next]).to.deep.equal(['secret', 16 * 60 * minute]);
    });

    it('passwords of static roles are looked at again when Vault has changed them', async () => {
      const one = stage();
      let count = 0;
      one.vault.answer('database/static-creds', () =>
        vaultOk({
          lease_id: '',
          lease_duration: 0,
          renewable: false,
          data: { username: 'u', password: `p-${String((count += 1))}`, ttl: 100, rotation_period: 86_400 },
        }),
      );
      const fixed = aLease({ path: 'database/static-creds/orders' });
      expect([await one.password(fixed), one.clock.next]).to.deep.equal(['p-1', 100_000]);
      await one.pass(100_000, 2);
      expect([await one.password(fixed), one.types()]).to.deep.equal(['p-2', ['lease-created', 'lease-replaced']]);
    });

    it('are let end where nobody has asked for a while, and are forgotten', async () => {
      const one = stage();
      const idle = aLease({ role: { ...aRole, idleMs: 30 * minute } });
      await one.password(idle);
      await one.pass(40 * minute, 1);
      await one.pass(20 * minute, 1);
      expect([one.types(), one.clock.next, one.vault.asked]).to.deep.equal([
        ['lease-created', 'lease-ended'],
        undefined,
        [ordersPath],
      ]);
      expect(await one.password(idle)).to.equal('password-2');
    });

    it('are renewed at once where somebody asks again before the end', async () => {
      const one = stage();
      const idle = aLease({ role: { ...aRole, idleMs: 30 * minute } });
      await one.password(idle);
      await one.pass(40 * minute, 1);
      expect(one.leases.peek(idle)?.values?.get('password')).to.equal('password-1');
      expect((await one.asked(2)).at(-1)).to.equal(renewal(1));
    });

    it('are to be asked for again within their idle time, and before their end', async () => {
      const one = stage();
      await one.password();
      expect(one.leases.peek(aLease())?.until).to.equal(one.clock.now() + 60 * minute);
      const idle = aLease({ scope: 'x', role: { ...aRole, idleMs: 20 * minute } });
      await one.password(idle);
      expect(one.leases.peek(idle)?.until).to.equal(one.clock.now() + 5 * minute);
    });
  });

  describe('with the login of the server', () => {
    it('that is followed by another one are replaced before it ends', async () => {
      const one = stage();
      await one.password();
      one.followLogin(30 * minute);
      expect(one.clock.next).to.equal(10 * minute);
      await one.pass(10 * minute, 2);
      expect([await one.password(), one.types()]).to.deep.equal(['password-2', ['lease-created', 'lease-replaced']]);
      // What was had with the newer one stays.
      await one.pass(20 * minute, 2);
      expect(await one.password()).to.equal('password-2');
    });

    it('that is lost are gone with it, and had anew', async () => {
      const one = stage();
      await one.password();
      const before = one.leases.revision;
      one.followLogin(0);
      expect([one.leases.peek(aLease()), one.leases.revision > before]).to.deep.equal([undefined, true]);
      await one.asked(2);
      expect(await one.password()).to.equal('password-2');
    });

    it('that ends while they are being had are replaced at once', async () => {
      const one = stage();
      one.vault.answer(ordersPath, () => {
        one.vault.answer(ordersPath, undefined);
        one.followLogin(30 * minute);
        return vaultOk({ lease_id: 'a', renewable: true, lease_duration: 3600, data: { password: 'old' } });
      });
      expect([await one.password(), one.clock.next]).to.deep.equal(['old', 0]);
      await one.pass(0, 2);
      expect(await one.password()).to.equal('password-1');
    });

    it('stay where they have no lease', async () => {
      const one = stage();
      const end = one.clock.now() / 1000 + 3600;
      one.vault.answer('pki', () =>
        vaultOk({ lease_id: '', lease_duration: 0, data: { password: 'c', serial_number: '1d', expiration: end } }),
      );
      const web = aLease({ path: 'pki/issue/web', parameters: { common_name: 'a.b' } });
      await one.password(web);
      one.followLogin(0);
      expect([await one.password(web), one.vault.asked.length]).to.deep.equal(['c', 1]);
    });
  });

  describe('while Vault fails', () => {
    it('are given and marked after a renewal that failed, tried again with longer waits, and no longer marked then', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('sys/leases/renew', () => vaultDown);
      await one.pass(40 * minute, 2);
      expect([await one.password(), one.leases.peek(aLease())]).to.deep.equal([['password-1', 'stale'], undefined]);
      expect(one.clock.next).to.equal(500);
      await one.pass(500, 3);
      expect(one.clock.next).to.equal(1000);
      one.vault.answer('sys/leases/renew', undefined);
      await one.pass(1000, 4);
      expect([await one.password(), one.types()]).to.deep.equal([
        'password-1',
        ['lease-created', 'lease-failed', 'lease-renewed'],
      ]);
    });

    it('are replaced near the end where only renewals fail', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('sys/leases/renew', () => vaultDown);
      await one.pass(40 * minute, 2);
      await one.pass(10 * minute, 3);
      expect([await one.password(), one.vault.asked.at(-1)]).to.deep.equal(['password-2', ordersPath]);
    });

    it('are not given past their end, and are had anew when Vault is back', async () => {
      const one = stage();
      await one.password();
      one.vault.answer('', () => vaultDown);
      await one.pass(40 * minute, 2);
      expect(await one.password()).to.deep.equal(['password-1', 'stale']);
      const before = one.leases.revision;
      await one.pass(20 * minute, 3);
      expect([await one.password(), one.leases.revision > before]).to.deep.equal([vaultDown, true]);
      one.vault.answer('', undefined);
      one.clock.pass(15_000);
      expect(await one.password()).to.equal('password-2');
      expect(one.types()).to.deep.equal([
        'lease-created',
        'lease-failed',
        'lease-ended',
        'lease-failed',
        'lease-replaced',
      ]);
    });

    it('are not asked for again within the wait after a failure', async () => {
      const one = stage();
      one.vault.answer('', () => vaultDown);
      await one.password();
      await one.password();
      expect(one.vault.asked).to.deep.equal([ordersPath]);
      one.clock.pass(500);
      await one.password();
      expect(one.vault.asked).to.deep.equal([ordersPath, ordersPath]);
    });

    it('what never came to a lease is forgotten when nobody asks for it', async () => {
      const one = stage();
      one.vault.answer('', () => vaultDown);
      const idle = aLease({ role: { ...aRole, idleMs: 30 * minute } });
      await one.password(idle);
      one.clock.pass(20 * minute);
      await one.password(idle);
      one.clock.pass(30 * minute);
      expect([one.clock.next, one.leases.peek(idle)]).to.deep.equal([undefined, undefined]);
    });

    it('a clock that is set on ends them at once; one that is set back keeps none alive', async () => {
      let skew = 0;
      const one = stage({
        clock: (clock) => ({ now: () => clock.now() + skew, after: (ms, act) => clock.after(ms, act) }),
      });
      await one.password();
      skew = 2 * 60 * minute;
      expect(one.leases.peek(aLease())).to.equal(undefined);
      expect(await one.password()).to.equal('password-2');
      skew = 0;
      one.vault.answer('', () => vaultDown);
      await one.pass(60 * minute, 4);
      expect(await one.password()).to.deep.equal(vaultDown);
    });
  });
});
