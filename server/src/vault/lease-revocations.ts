import type { AsServer } from './as-server.js';
import type { Clock } from './clock.js';
import type { LeaseAt, LeaseTold } from './lease-at.js';

/** Leases that have been replaced and are good for a while yet. */
export interface LeaseRevocations {
  /** Revokes the lease in `afterMs`, where it has not ended by itself by then. */
  later(retired: RetiredLease, afterMs: number, leftMs: number): void;
  count(role: LeaseAt['role']): number;
  /** Revokes those that are waited for, and `more`. */
  close(more: readonly RetiredLease[], deadline: AbortSignal): Promise<void>;
  /** Lets all of them end by themselves. */
  leave(): void;
}

export interface RetiredLease {
  readonly at: LeaseAt;
  readonly leaseId: string;
}

export interface LeaseRevocationsOptions {
  readonly asServer: AsServer;
  readonly clock: Clock;
  readonly tell: (told: LeaseTold) => void;
}

export function createLeaseRevocations({ asServer, clock, tell }: LeaseRevocationsOptions): LeaseRevocations {
  const waiting = new Map<RetiredLease, () => void>();
  const closing = new AbortController();

  const revoke = async ({ at: { path, scope }, leaseId }: RetiredLease, signal: AbortSignal): Promise<void> => {
    const answer = await asServer({ path: 'sys/leases/revoke', body: { lease_id: leaseId }, signal });
    if (answer.kind === 'ok') return;
    const why = 'reason' in answer ? answer.reason : 'it refuses';
    tell({ type: 'lease-failed', path, scope, action: 'revoke', reason: `${why}; the lease ends by itself` });
  };
  const takeAll = (): RetiredLease[] => {
    const all = [...waiting.keys()];
    for (const cancel of waiting.values()) cancel();
    waiting.clear();
    return all;
  };

  return {
    later(retired, afterMs, leftMs) {
      const cancel = clock.after(Math.max(0, Math.min(afterMs, leftMs)), () => {
        waiting.delete(retired);
        if (afterMs < leftMs) void revoke(retired, closing.signal);
      });
      waiting.set(retired, cancel);
    },
    count: (role) => [...waiting.keys()].filter(({ at }) => at.role === role).length,
    async close(more, deadline) {
      const all = [...takeAll(), ...more];
      await Promise.all(all.map((retired) => revoke(retired, deadline)));
      closing.abort(new Error('closed'));
    },
    leave() {
      takeAll();
      closing.abort(new Error('closed'));
    },
  };
}
