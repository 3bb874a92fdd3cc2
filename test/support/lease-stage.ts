import type { Clock } from '#server/vault/clock.js';
import type { LeaseAt, LeaseTold } from '#server/vault/lease-at.js';
import { createLeases, type Leases } from '#server/vault/leases.js';
import { createDynamicVault, type DynamicVault } from './dynamic-vault.js';
import { eventually } from './eventually.js';
import { createManualClock, type ManualClock } from './manual-clock.js';
import { noAbort } from './queries.js';

export const minute = 60_000;
export const aRole: LeaseAt['role'] = { overlapMs: null, idleMs: 24 * 60 * minute, maxLeases: 10 };
/** The path of `aLease`. */
export const ordersPath = 'database/creds/orders';

export function aLease(part: Partial<LeaseAt> = {}): LeaseAt {
  return { role: aRole, path: ordersPath, scope: 'application orders', parameters: null, ...part };
}

export interface LeaseStage {
  readonly leases: Leases;
  readonly clock: ManualClock;
  readonly vault: DynamicVault;
  readonly told: readonly LeaseTold[];
  readonly types: () => readonly string[];
  /** The password that is given, or what comes instead. */
  readonly password: (of?: LeaseAt) => Promise<unknown>;
  /** Until Vault has been asked so often, and what came of it is settled. */
  readonly asked: (count: number) => Promise<readonly string[]>;
  /** Lets time pass, and waits as `asked` does. */
  readonly pass: (ms: number, count: number) => Promise<void>;
  /** The server logs in anew; what was leased with the login before is good for so long. */
  readonly followLogin: (goodForMs: number) => void;
  close(): Promise<void>;
}

export interface LeaseStageOptions {
  readonly revokeOnClose?: boolean;
  readonly random?: number;
  readonly clock?: (clock: Clock) => Clock;
}

export function createLeaseStage(part: LeaseStageOptions = {}): LeaseStage {
  const clock = createManualClock();
  const vault = createDynamicVault();
  const told: LeaseTold[] = [];
  let login = 0;
  let endLogin: (until: number) => void = () => undefined;
  const leases = createLeases({
    asServer: (request) => vault.asServer(request),
    logins: {
      current: () => login,
      onEnd(listener) {
        endLogin = listener;
      },
    },
    revokeOnClose: part.revokeOnClose ?? true,
    closeMs: 2000,
    clock: part.clock?.(clock) ?? clock,
    random: () => part.random ?? 0,
    onEvent: (one) => void told.push(one),
  });
  const asked = async (count: number): Promise<readonly string[]> => {
    await eventually(() => (vault.asked.length >= count ? true : undefined));
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
    return vault.asked;
  };
  return {
    leases,
    clock,
    vault,
    told,
    types: () => told.map(({ type }) => type),
    async password(of = aLease()) {
      const outcome = await leases.get(of, noAbort());
      if (outcome.kind !== 'secret') return outcome;
      const value = outcome.secret.values?.get('password') ?? null;
      return outcome.isStale === true ? [value, 'stale'] : value;
    },
    asked,
    async pass(ms, count) {
      clock.pass(ms);
      await asked(count);
    },
    followLogin(goodForMs) {
      login += 1;
      endLogin(clock.now() + goodForMs);
    },
    close: () => leases.close(),
  };
}
