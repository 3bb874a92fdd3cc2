import type { CallerToken } from '../core/caller-token.js';
import { createAsServer } from './as-server.js';
import type { VaultAnswer, VaultClient } from './client.js';
import type { VaultSession } from './session.js';

/** Reads a path in the name of the caller, or of the server where there is none. Never throws. */
export type VaultRead = (path: string, caller: CallerToken | null, signal: AbortSignal) => Promise<VaultAnswer>;

export interface ReadOptions {
  readonly client: VaultClient;
  /** Null: the server has no token of its own. */
  readonly session: VaultSession | null;
}

/** What comes of an exchange in the name of the server where it has none. */
export const noLogin: VaultAnswer = { kind: 'unavailable', reason: 'the server has no token of its own' };

export function createVaultRead({ client, session }: ReadOptions): VaultRead {
  const asServer = session === null ? undefined : createAsServer({ client, session });
  return async (path, caller, signal) => {
    if (caller !== null) return client.request({ path, token: caller.reveal(), signal });
    return asServer?.({ path, signal }) ?? noLogin;
  };
}
