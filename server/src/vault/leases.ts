/**
 * Dynamic secrets: credentials and certificates that Vault makes for whoever asks, had once for all who share them and kept
 * alive. The server is who asks: a caller's token never makes a lease that others are given.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { AsServer } from './as-server.js';
import { systemClock, type Clock } from './clock.js';
import type { Logins } from './vault.js';
import { createLeaseRevocations, type RetiredLease } from './lease-revocations.js';
import { createLease, type Lease } from './lease.js';
import type { LeaseAt, LeaseTold } from './lease-at.js';
import type { StoreOutcome } from './secret-store.js';
import type { FreshSecret } from './secrets.js';

export interface LeasesOptions {
  readonly asServer: AsServer;
  /** Of the server: what was leased with one ends with it. Default: they do not end. */
  readonly logins?: Pick<Logins, 'current' | 'onEnd'>;
  /** Whether leases are revoked when the server stops; else they end by themselves. */
  readonly revokeOnClose: boolean;
  /** How long closing waits for Vault. */
  readonly closeMs: number;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  readonly onEvent?: (told: LeaseTold) => void;
}

export interface Leases {
  get(at: LeaseAt, signal: AbortSignal): Promise<StoreOutcome>;
  /** The secret where it is here and its renewal is not late. */
  peek(at: LeaseAt): FreshSecret | undefined;
  /** Tells of a failure as those of leases are told: once, until something of that path goes well. */
  tell(told: LeaseTold): void;
  /** Moves whenever something that `peek` gave is not what it would give now. */
  readonly revision: number;
  /** Idempotent. */
  close(): Promise<void>;
}

export function createLeases(options: LeasesOptions): Leases {
  const { asServer, clock = systemClock, random = Math.random } = options;
  const leases = new Map<string, Lease>();
  const tell = createTeller(options.onEvent ?? (() => undefined));
  const revocations = createLeaseRevocations({ asServer, clock, tell });
  const hashKey = randomBytes(32);
  let revision = 0;
  let closing: Promise<void> | undefined;
  options.logins?.onEnd((until) => {
    for (const lease of leases.values()) lease.endLogin(until);
  });

  const create = (key: string, at: LeaseAt): Lease => {
    const lease = createLease({
      at,
      asServer,
      clock,
      random,
      login: () => options.logins?.current() ?? 0,
      tell,
      idOf: (text) => createHmac('sha256', hashKey).update(text).digest('hex'),
      onChange: () => {
        revision += 1;
      },
      onGone: () => {
        if (leases.get(key) === lease) leases.delete(key);
      },
      retire: (leaseId, afterMs, leftMs) => {
        revocations.later({ at, leaseId }, afterMs, leftMs);
      },
    });
    leases.set(key, lease);
    return lease;
  };
  const isFull = ({ role }: LeaseAt): boolean => {
    const known = [...leases].filter(([, { at }]) => at.role === role);
    const most = role.maxLeases - revocations.count(role);
    if (known.length < most) return false;
    // What failed is remembered only where there is room.
    const failed = known.filter(([, { isLiving }]) => !isLiving);
    for (const [key] of failed) leases.delete(key);
    return known.length - failed.length >= most;
  };

  const closeAll = async (): Promise<void> => {
    const deadline = AbortSignal.timeout(options.closeMs);
    const held = await Promise.all([...leases.values()].map((lease) => retiredOf(lease, deadline)));
    leases.clear();
    if (options.revokeOnClose) await revocations.close(held.flat(), deadline);
    else revocations.leave();
  };

  return {
    async get(at, signal) {
      if (closing !== undefined) return { kind: 'unavailable', reason: 'the server is stopping' };
      const key = keyOf(at);
      const known = leases.get(key);
      if (known === undefined && isFull(at)) return full(at, tell);
      return (known ?? create(key, at)).get(signal);
    },
    peek: (at) => leases.get(keyOf(at))?.peek(),
    tell,
    get revision() {
      return revision;
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function keyOf({ path, scope, parameters }: LeaseAt): string {
  return JSON.stringify([path, scope, parameters]);
}

async function retiredOf(lease: Lease, deadline: AbortSignal): Promise<readonly RetiredLease[]> {
  const leaseId = await lease.close(deadline);
  return leaseId === null ? [] : [{ at: lease.at, leaseId }];
}

function full({ path, scope, role }: LeaseAt, tell: (told: LeaseTold) => void): StoreOutcome {
  const reason = `no lease is left of the ${role.maxLeases} that there may be (secrets.dynamic[].max-leases)`;
  tell({ type: 'lease-failed', path, scope, action: 'read', reason });
  return { kind: 'exhausted', reason };
}

/** Tells of a failure of a path once until something of that path goes well: leases fail together. */
function createTeller(onEvent: (told: LeaseTold) => void): (told: LeaseTold) => void {
  const failures = new Map<string, Set<string>>();
  return (told) => {
    if (told.type !== 'lease-failed') {
      if (told.type !== 'lease-ended') failures.delete(told.path);
      onEvent(told);
      return;
    }
    const known = failures.get(told.path) ?? new Set();
    const text = `${told.action} ${told.reason}`;
    if (known.has(text)) return;
    failures.set(told.path, known.add(text));
    onEvent(told);
  };
}
