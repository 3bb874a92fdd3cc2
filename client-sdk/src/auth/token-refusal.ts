import { ConfigClientError } from '../errors.js';
import { readJson } from '../json/read-json.js';
import { withoutTexts } from '../snapshot/redact.js';
import { readRetryAfter } from '../wire/answer-headers.js';
import { isPassing, printable } from '../wire/failure.js';
import { readBody } from '../wire/read-body.js';
import type { Proof } from './client-proof.js';
import type { TokenFailure, TokenParts } from './token-request.js';

const maxErrorBytes = 64 * 1024;

/** The failure that an answer of the token endpoint stands for which is not 200. */
export async function refusalOf(
  response: Response,
  { secrets }: Proof,
  { settings, platform }: Pick<TokenParts, 'settings' | 'platform'>,
): Promise<TokenFailure> {
  const { status } = response;
  const { endpoint, clientId } = settings;
  if (status < 400) {
    await response.body?.cancel();
    const hint = status < 300 ? 'a token comes with 200' : 'redirects are not followed: give the final URL as tokenUrl';
    const message = `The token endpoint ${endpoint} answered ${status}; ${hint}.`;
    return { kind: 'failed', error: new ConfigClientError('CONFIG_REFUSED', message), retryAfter: 0 };
  }
  const said = withoutTexts(await readError(response), secrets, 1);
  if (isPassing(status)) {
    const error = new ConfigClientError(
      'CONFIG_UNAVAILABLE',
      `The token endpoint ${endpoint} answered ${status}${said}.`,
    );
    return { kind: 'failed', error, retryAfter: readRetryAfter(response.headers, platform) };
  }
  const message = `The token endpoint ${endpoint} refused the client '${clientId}' with ${status}${said}.`;
  return { kind: 'failed', error: new ConfigClientError('CONFIG_UNAUTHENTICATED', message), retryAfter: 0 };
}

/** `: invalid_client (bad credentials)` of an error (RFC 6749, 5.2); empty where the body is anything else. */
async function readError(response: Response): Promise<string> {
  try {
    const body = readJson(await readBody(response, maxErrorBytes));
    const code = body instanceof Map ? body.get('error') : undefined;
    const description = body instanceof Map ? body.get('error_description') : undefined;
    if (typeof code !== 'string') return '';
    return `: ${printable(code)}${typeof description === 'string' ? ` (${printable(description)})` : ''}`;
  } catch {
    return '';
  }
}
