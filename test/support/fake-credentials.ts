import type { VaultAsked, VaultSays } from './fake-vault.js';

/** A database engine in a fake Vault: every read of its paths makes a user with a lease. */
export interface FakeCredentials {
  readonly answer: (asked: VaultAsked) => VaultSays;
  /** Leases that have not been revoked, by id. */
  readonly leases: ReadonlyMap<string, string>;
  readonly made: { seconds: number; isRenewable: boolean; isDown: boolean };
}

/** In the shapes that test/fixtures/vault/database.json has of a real one. */
export function createFakeCredentials(): FakeCredentials {
  const leases = new Map<string, string>();
  const made = { seconds: 3600, isRenewable: true, isDown: false };
  let count = 0;
  const read = (path: string): VaultSays => {
    count += 1;
    const username = `v-user-${String(count)}`;
    const lease_id = `${path}/${String(count)}`;
    leases.set(lease_id, username);
    const lease = { lease_id, renewable: made.isRenewable, lease_duration: made.seconds };
    return { body: { ...lease, data: { username, password: `canary-password-${String(count)}` } } };
  };
  const onLease = (path: string, lease_id: string): VaultSays => {
    if (!leases.has(lease_id)) return { status: 400, body: { errors: ['lease not found'] } };
    if (path === 'sys/leases/renew') return { body: { lease_id, renewable: true, lease_duration: made.seconds } };
    leases.delete(lease_id);
    return { status: 204 };
  };
  return {
    leases,
    made,
    answer({ path, body }) {
      if (made.isDown) return { status: 503, body: { errors: ['Vault is sealed'] } };
      if (path.startsWith('database/creds/')) return read(path);
      if (path.startsWith('sys/leases/')) return onLease(path, String((body as { lease_id?: unknown }).lease_id));
      return path === 'auth/token/lookup-self' ? { body: { data: { ttl: 0 } } } : { status: 404, body: { errors: [] } };
    },
  };
}
