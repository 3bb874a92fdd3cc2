import type { VaultAnswer, VaultClient, VaultRequest } from './client.js';
import type { VaultSession } from './session.js';

/** An exchange in the name of the server. Never throws. */
export type AsServer = (request: ServerRequest) => Promise<VaultAnswer>;

export interface ServerRequest extends Omit<VaultRequest, 'token'> {
  /** Told which login of the server the token is of that is shown. */
  readonly onLogin?: (login: number) => void;
}

export interface AsServerOptions {
  readonly client: VaultClient;
  readonly session: VaultSession;
}

interface Attempt {
  readonly answer: VaultAnswer;
  readonly isTokenBad: boolean;
}

export function createAsServer({ client, session }: AsServerOptions): AsServer {
  /** What it came to, and whether that was the token's fault: a token is good that may look itself up. */
  const attempt = async (request: ServerRequest): Promise<Attempt> => {
    const { signal } = request;
    const token = await session.token(signal);
    if (token === undefined) return { answer: noToken(session), isTokenBad: false };
    request.onLogin?.(session.login());
    const answer = await client.request({ ...request, token });
    if (!isTokenRefused(answer)) {
      if (answer.kind !== 'unavailable') session.accepted();
      return { answer, isTokenBad: false };
    }
    const itself = await client.request({ path: 'auth/token/lookup-self', token, signal });
    const isTokenBad = isTokenRefused(itself);
    if (isTokenBad) session.refused(token);
    return { answer, isTokenBad };
  };
  return async (request) => {
    const { answer, isTokenBad } = await attempt(request);
    // The token may have been revoked: once more with another one.
    return isTokenBad ? (await attempt(request)).answer : answer;
  };
}

function isTokenRefused(answer: VaultAnswer): boolean {
  return answer.kind === 'refused' && answer.status !== 400;
}

function noToken(session: VaultSession): VaultAnswer {
  return { kind: 'unavailable', reason: session.failure() ?? 'the login is not through' };
}
