import { expect } from 'chai';
import type { LeaseAt } from '#server/vault/lease-at.js';
import { createLeases } from '#server/vault/leases.js';
import { createVault } from '#server/vault/vault.js';
import { createCleanups } from '../support/cleanups.js';
import type { FakeVault } from '../support/fake-vault.js';
import { aLease, minute } from '../support/lease-stage.js';
import { eventually } from '../support/eventually.js';
import { createManualClock, type ManualClock } from '../support/manual-clock.js';
import { noAbort } from '../support/queries.js';
import { readVaultExchanges, startReplayedVault } from '../support/replayed-vault.js';
import { vaultOptions } from '../support/vault-options.js';

/** What of it a recorded Vault gave at a path, time after time. */
function recordedOf(name: string, path: string, key: string): readonly unknown[] {
  return readVaultExchanges(name).flatMap((exchange) => {
    const body = exchange.body as { readonly data?: Readonly<Record<string, unknown>> } | null;
    return exchange.path === path && body?.data !== undefined ? [body.data[key]] : [];
  });
}

const rootToken = 'the-root-token';

describe('leases as a real Vault answered', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  interface Opened {
    readonly server: FakeVault;
    readonly clock: ManualClock;
    readonly names: (at: LeaseAt, ...keys: readonly string[]) => Promise<unknown>;
    readonly close: () => Promise<void>;
  }

  const open = async (recorded: string, now = 0): Promise<Opened> => {
    // Looked up is only what cannot be renewed.
    const exchanges = readVaultExchanges(recorded).filter(
      ({ path, status }) => path !== 'sys/leases/lookup' || status !== 200,
    );
    const server = cleanups.add(await startReplayedVault(exchanges, rootToken));
    const auth = { method: 'token', token: rootToken } as const;
    const vault = cleanups.add(createVault({ ...vaultOptions(server.url), auth }));
    const clock = createManualClock();
    if (now > 0) clock.pass(now - clock.now());
    const { asServer } = vault;
    const leases = cleanups.add(createLeases({ asServer, revokeOnClose: true, closeMs: 2000, clock, random: () => 0 }));
    return {
      server,
      clock,
      close: () => leases.close(),
      async names(at, ...keys) {
        const outcome = await leases.get(at, noAbort());
        return outcome.kind === 'secret' ? keys.map((key) => outcome.secret.values?.get(key)) : outcome;
      },
    };
  };
  const asked = ({ server }: Opened): string[] =>
    server.asked.map(({ path }) => path).filter((path) => path !== 'auth/token/lookup-self');

  it('are renewed, found gone, had anew, and revoked', async () => {
    const one = await open('database');
    const names = recordedOf('database', 'database/creds/orders', 'username');
    expect(await one.names(aLease(), 'username')).to.deep.equal([names[0]]);
    one.clock.pass(40 * minute);
    await eventually(() => (one.clock.next === 40 * minute ? true : undefined));
    one.clock.pass(40 * minute);
    // The second renewal is answered 400: "lease not found".
    await eventually(async () => expect(await one.names(aLease(), 'username')).to.deep.equal([names[1]]));
    await one.close();
    expect(asked(one)).to.deep.equal([
      'database/creds/orders',
      'sys/leases/renew',
      'sys/leases/renew',
      'sys/leases/lookup',
      'database/creds/orders',
      'sys/leases/revoke',
    ]);
  });

  it('are refused where there is no such role', async () => {
    const one = await open('database');
    expect(await one.names(aLease({ path: 'database/creds/missing' }))).to.deep.equal({ kind: 'refused', status: 400 });
  });

  it('passwords of static roles are there until Vault changes them', async () => {
    const one = await open('database');
    const fixed = aLease({ path: 'database/static-creds/fixed' });
    expect(await one.names(fixed, 'username')).to.deep.equal(['orders-app']);
    expect(one.clock.next).to.equal(86_400_000);
  });

  // They are for 24 hours.
  const issuedAt = (Number(recordedOf('pki', 'pki/issue/web', 'expiration')[0]) - 86_400) * 1000;

  it('certificates without a lease are replaced before they expire, and nothing is revoked', async () => {
    const one = await open('pki', issuedAt);
    const web = aLease({ path: 'pki/issue/web', parameters: { common_name: 'orders.example.com', ttl: '24h' } });
    expect(await one.names(web, 'private_key_type')).to.deep.equal(['ec']);
    expect(one.clock.next).to.equal(16 * 60 * minute);
    await one.close();
    expect(asked(one)).to.deep.equal(['pki/issue/web']);
  });

  it('certificates with a lease are revoked', async () => {
    const one = await open('pki', issuedAt);
    const leased = aLease({ path: 'pki/issue/leased', parameters: { common_name: 'orders.example.com', ttl: '24h' } });
    expect(await one.names(leased, 'private_key_type')).to.deep.equal(['ec']);
    await one.close();
    expect(asked(one)).to.deep.equal(['pki/issue/leased', 'sys/leases/revoke']);
  });
});
