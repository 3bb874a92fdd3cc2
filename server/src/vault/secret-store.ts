import type { CallerToken } from '../core/caller-token.js';
import type { FreshSecret, SecretOutcome } from './secrets.js';

/** Where a secret that configuration refers to is. */
export interface SecretAddress {
  /** `<mount>/<path>`, without version 2's `data/`: `secret/orders/db`, `database/creds/orders`. */
  readonly path: string;
  /** The version that `?version=N` asks for; null: the newest. */
  readonly pin: number | null;
  /** Of transit: what `path`, a key, decrypts. */
  readonly ciphertext?: string;
}

/** For whom a secret is had. What it is keyed by in a store is up to the store; whose token reads is always part of it. */
export interface SecretAsker {
  /** Null: the server's own token reads. */
  readonly caller: CallerToken | null;
  /** As the query names it: `orders`, `billing,orders`. */
  readonly application: string;
  /** As the query names them: `dev,eu`. */
  readonly profile: string;
  /** What the instance that asks calls itself; null: it does not. */
  readonly instance: string | null;
}

/** `exhausted`: Vault is not asked, because it has given as many as it may. `reason` is public. */
export type StoreOutcome = SecretOutcome | { readonly kind: 'exhausted'; readonly reason: string };

/** One kind of secrets that configuration may refer to: those of KV engines, or leased ones. */
export interface SecretStore {
  /** Whether secrets of this path are this store's; the first store that says so is asked. */
  holds(path: string): boolean;
  /** Never throws for what Vault says; `refused` with 400 where the address is none that it takes. */
  get(at: SecretAddress, asker: SecretAsker, signal: AbortSignal): Promise<StoreOutcome>;
  /** The secret where it is here and needs no look at Vault. Synchronous and cheap. */
  peek(at: SecretAddress, asker: SecretAsker): FreshSecret | undefined;
  /** Moves whenever something that `peek` gave is not what it would give now, but by time alone. */
  readonly revision: number;
}
