import type { CallerToken } from '../core/caller-token.js';
import type { VaultAnswer, VaultClient } from './client.js';
import type { VaultSession } from './session.js';

/** Reads a path in the name of the caller, or of the server where there is none. Never throws. */
export type VaultRead = (path: string, caller: CallerToken | null, signal: AbortSignal) => Promise<VaultAnswer>;

export interface ReadOptions {
  readonly client: VaultClient;
  /** Null: the server has no token of its own. */
  readonly session: VaultSession | null;
}

interface Attempt {
  readonly answer: VaultAnswer;
  readonly isTokenBad: boolean;
}

export function createVaultRead({ client, session }: ReadOptions): VaultRead {
  /** What a read came to, and whether it was the token's fault: a token is good that may look itself up. */
  const asServer = async (path: string, own: VaultSession, signal: AbortSignal): Promise<Attempt> => {
    const token = await own.token(signal);
    if (token === undefined) return { answer: noToken(own), isTokenBad: false };
    const answer = await client.request({ path, token, signal });
    if (!isTokenRefused(answer)) {
      if (answer.kind !== 'unavailable') own.accepted();
      return { answer, isTokenBad: false };
    }
    const itself = await client.request({ path: 'auth/token/lookup-self', token, signal });
    const isTokenBad = isTokenRefused(itself);
    if (isTokenBad) own.refused(token);
    return { answer, isTokenBad };
  };
  return async (path, caller, signal) => {
    if (caller !== null) return client.request({ path, token: caller.reveal(), signal });
    if (session === null) return { kind: 'unavailable', reason: 'the server has no token of its own' };
    const { answer, isTokenBad } = await asServer(path, session, signal);
    // The token may have been revoked: once more with another one.
    return isTokenBad ? (await asServer(path, session, signal)).answer : answer;
  };
}

function isTokenRefused(answer: VaultAnswer): boolean {
  return answer.kind === 'refused' && answer.status !== 400;
}

function noToken(session: VaultSession): VaultAnswer {
  return { kind: 'unavailable', reason: session.failure() ?? 'the login is not through' };
}
