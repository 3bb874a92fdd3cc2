import type { Principal } from './principal.js';

/** Principals whose credentials were taken back, by the very objects that they were recognized as. */
export interface Withdrawals {
  has(principal: Principal): boolean;
  /** From now on none of them is recognized, and whoever acts for one of them is told. */
  withdraw(principals: readonly Principal[]): void;
  /** Calls `listener` after each withdrawal. Returns the function that unsubscribes. */
  onWithdraw(listener: () => void): () => void;
}

export function createWithdrawals(): Withdrawals {
  const withdrawn = new WeakSet<Principal>();
  const listeners = new Set<() => void>();
  // Asked of each request, and nearly always there is none.
  let isAnyone = false;
  return {
    has: (principal) => isAnyone && withdrawn.has(principal),
    withdraw(principals) {
      if (principals.length === 0) return;
      isAnyone = true;
      for (const principal of principals) withdrawn.add(principal);
      for (const listener of [...listeners]) listener();
    },
    onWithdraw(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
