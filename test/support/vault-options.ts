import type { VaultOptions } from '#server/vault/vault.js';

/** For a Vault that is asked for every secret anew, in the name of callers; a test says what it has otherwise. */
export function vaultOptions(address: string): VaultOptions {
  return {
    address: new URL(address),
    namespace: null,
    timeoutMs: 5000,
    maxBytes: 1_000_000,
    maxConnections: 4,
    environment: {},
    auth: null,
    timeToLiveMs: 0,
    staleLimitMs: 0,
    cacheBytes: 1_000_000,
  };
}
