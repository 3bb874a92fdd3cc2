import type { CairnEvent } from '../core/events.js';

/** Dynamic secrets of one entry of the settings. */
export interface DynamicRole {
  /** How long the old and the new secret are both good; null: a third of the lease. */
  readonly overlapMs: number | null;
  /** Without a request for so long, a lease is let end. */
  readonly idleMs: number;
  readonly maxLeases: number;
}

/** Which secret, and for whom. */
export interface LeaseAt {
  readonly role: DynamicRole;
  /** Below `/v1/`, not encoded: `database/creds/orders`. */
  readonly path: string;
  /** Who shares it, for keys and logs: `server`, `application orders`, `instance 5f1c…`. */
  readonly scope: string;
  /** Posted; null: the path is read. */
  readonly parameters: Readonly<Record<string, string>> | null;
}

/** What happens to leases; never with a value or the id of a lease. */
export type LeaseTold = Extract<CairnEvent, { readonly type: `lease-${string}` }>;

export type LeaseAction = Extract<CairnEvent, { readonly type: 'lease-failed' }>['action'];
