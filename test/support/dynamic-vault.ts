import { readJson } from '#server/core/read-json.js';
import type { AsServer } from '#server/vault/as-server.js';
import type { VaultAnswer } from '#server/vault/client.js';

/** A Vault, as far as leases go, that answers in the shapes of the real one. */
export interface DynamicVault {
  asServer(...request: Parameters<AsServer>): Promise<VaultAnswer>;
  /** `<path> <body>` of each exchange. */
  readonly asked: readonly string[];
  /** Leases that have neither been revoked nor counted as ended. */
  readonly leases: ReadonlySet<string>;
  /** Replaces the answers to paths that begin so; undefined: as before. */
  answer(path: string, say: (() => VaultAnswer | Promise<VaultAnswer>) | undefined): void;
  /** What comes of a read. */
  readonly made: { seconds: number; renewable: boolean; renewals: number[] };
}

export const vaultOk = (body: unknown): VaultAnswer => ({
  kind: 'ok',
  body: readJson(JSON.stringify(body)) as Map<string, never>,
});
export const vaultDown: VaultAnswer = { kind: 'unavailable', reason: 'ECONNREFUSED' };
export const vaultRefuses = (status: number): VaultAnswer => ({ kind: 'refused', status });

/** Leases of an hour; renewals give what `made.renewals` says in turn, else as much again. */
export function createDynamicVault(): DynamicVault {
  const asked: string[] = [];
  const leases = new Set<string>();
  const answers = new Map<string, () => VaultAnswer | Promise<VaultAnswer>>();
  const made: DynamicVault['made'] = { seconds: 3600, renewable: true, renewals: [] };
  let count = 0;

  const read = (path: string): VaultAnswer => {
    count += 1;
    const lease_id = `${path}/${String(count)}`;
    leases.add(lease_id);
    const data = { password: `password-${String(count)}`, username: `v-orders-${String(count)}` };
    return vaultOk({ lease_id, renewable: made.renewable, lease_duration: made.seconds, data, auth: null });
  };
  const onLease = (path: string, id: string): VaultAnswer => {
    if (!leases.has(id)) return vaultRefuses(400);
    if (path === 'sys/leases/lookup') return vaultOk({ data: { id, renewable: made.renewable, ttl: 600 } });
    if (path === 'sys/leases/renew') {
      const lease_duration = made.renewals.shift() ?? made.seconds;
      return vaultOk({ lease_id: id, renewable: true, lease_duration, data: null });
    }
    leases.delete(id);
    return { kind: 'ok', body: new Map() };
  };
  return {
    asked,
    leases,
    made,
    answer(path, say) {
      if (say === undefined) answers.delete(path);
      else answers.set(path, say);
    },
    async asServer({ path, body, signal }) {
      asked.push(body === undefined ? path : `${path} ${JSON.stringify(body)}`);
      const said = [...answers].find(([prefix]) => path.startsWith(prefix))?.[1];
      if (said !== undefined) return said();
      await Promise.resolve();
      if (signal.aborted) return { kind: 'unavailable', reason: 'aborted' };
      const id = body?.['lease_id'];
      return typeof id === 'string' ? onLease(path, id) : read(path);
    },
  };
}
