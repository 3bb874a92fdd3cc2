import type { AccessRequest, Policy, Ruling } from './policy.js';

/** What is asked before anything is read. */
export interface Access {
  /** True where no security is configured: everybody may do everything. */
  readonly isOpen: boolean;
  /** Moves with each policy; a decision holds for one. */
  readonly generation: number;
  decide(request: AccessRequest): Ruling;
  /** Calls `listener` after the policy was replaced. Returns the function that unsubscribes. */
  onReplace(listener: () => void): () => void;
}

/** An access whose policy can be put in the place of another, at once and whole. */
export interface PolicyAccess extends Access {
  replace(policy: Policy): void;
}

/** What decisions name where no security is configured. */
export const openRule = 'no security';

const openRuling: Ruling = Object.freeze({
  isAllowed: true,
  rule: openRule,
  reason: 'no security is configured',
  withheld: null,
});

/** Where no security is configured. */
export const openAccess: Access = Object.freeze({
  isOpen: true,
  generation: 0,
  decide: () => openRuling,
  onReplace: () => () => undefined,
});

export function createPolicyAccess(first: Policy): PolicyAccess {
  let current = { policy: first, generation: 1 };
  const listeners = new Set<() => void>();
  return {
    isOpen: false,
    get generation() {
      return current.generation;
    },
    decide: (request) => current.policy.decide(request),
    replace(policy) {
      current = { policy, generation: current.generation + 1 };
      for (const listener of [...listeners]) listener();
    },
    onReplace(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
