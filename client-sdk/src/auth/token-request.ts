import { withDeadline } from '../deadline.js';
import { ConfigClientError } from '../errors.js';
import { readJson } from '../json/read-json.js';
import type { Fetch, Platform } from '../platform/platform.js';
import { reasonOf } from '../wire/failure.js';
import { readBody } from '../wire/read-body.js';
import { proofOf, type Proof } from './client-proof.js';
import type { TokenSettings } from './parse-client-credentials.js';
import { decodeToken, type Token } from './token-answer.js';
import { refusalOf } from './token-refusal.js';

export interface TokenFailure {
  readonly kind: 'failed';
  readonly error: ConfigClientError;
  /** Milliseconds that the server asked to be left alone; 0 where it did not. */
  readonly retryAfter: number;
}

export type TokenOutcome = { readonly kind: 'token'; readonly token: Token } | TokenFailure;

export interface TokenParts {
  readonly settings: TokenSettings;
  readonly platform: Platform;
  readonly fetch: Fetch;
}

const maxAnswerBytes = 64 * 1024;

/** Asks for one token (RFC 6749, 4.4). Never rejects; what it tells has no secret in it. */
export async function requestToken(parts: TokenParts): Promise<TokenOutcome> {
  const { settings, platform } = parts;
  const deadline = { platform, milliseconds: settings.timeout, signal: undefined, what: 'The request' };
  try {
    return await withDeadline(deadline, (signal) => ask(parts, signal));
  } catch (cause) {
    const where = `The token endpoint ${settings.endpoint}`;
    const error =
      cause instanceof ConfigClientError
        ? new ConfigClientError(cause.code, `${where}: ${cause.message}`, { cause: cause.cause })
        : new ConfigClientError('CONFIG_UNAVAILABLE', `${where} did not answer${reasonOf(cause)}`, { cause });
    return { kind: 'failed', error, retryAfter: 0 };
  }
}

async function ask(parts: TokenParts, signal: AbortSignal): Promise<TokenOutcome> {
  const { settings, platform, fetch } = parts;
  const proof = await proofOf(settings, platform);
  const response = await fetch(settings.tokenUrl, {
    method: 'POST',
    headers: {
      'user-agent': 'cairn-config-client',
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...proof.headers,
    },
    body: bodyOf(settings, proof),
    redirect: 'manual',
    signal,
  });
  if (response.status !== 200) return refusalOf(response, proof, parts);
  return { kind: 'token', token: decodeToken(readJson(await readBody(response, maxAnswerBytes))) };
}

function bodyOf({ parameters }: TokenSettings, proof: Proof): string {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  for (const [name, value] of [...parameters, ...proof.parameters]) body.append(name, value);
  return body.toString();
}
