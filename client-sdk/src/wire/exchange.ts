import { abortError } from '../deadline.js';
import { ConfigClientError } from '../errors.js';
import { readJson } from '../json/read-json.js';
import { checkHeader } from '../options/parse-headers.js';
import type { ClientSettings, ServerAddress } from '../options/settings.js';
import type { Fetch, Platform } from '../platform/platform.js';
import { readAnswerHeaders } from './answer-headers.js';
import { decodeEnvironment } from './environment.js';
import { failureFrom, failureOf } from './failure.js';
import type { Outcome } from './outcome.js';
import { queryPath } from './query.js';
import { maxAnswerBytes, readBody } from './read-body.js';

/** Cairn's own tells secrets; other servers have the second, the oldest the third. */
const accepted = [
  'application/vnd.cairn.environment+json',
  'application/vnd.spring-cloud.config-server.v2+json;q=0.9',
  'application/json;q=0.8',
].join(', ');

export interface Exchange {
  readonly settings: ClientSettings;
  readonly platform: Platform;
  readonly fetch: Fetch;
  readonly server: ServerAddress;
  readonly validator: string | undefined;
  readonly signal: AbortSignal;
}

/** One request to one server, or two where credentials had to be replaced. Rejects only when the signal is aborted. */
export async function exchange(request: Exchange): Promise<Outcome> {
  const { server, signal } = request;
  try {
    return await readOutcome(await sendTaken(request), request);
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    return failureFrom(error, server.base);
  }
}

/** Once more where the server did not take the credentials and there are others. */
async function sendTaken(request: Exchange): Promise<Response> {
  const { auth } = request.settings;
  const credentials = await askCredentials(request);
  const response = await send(request, credentials);
  if (response.status !== 401 || auth?.refused?.(credentials) !== true) return response;
  await response.body?.cancel();
  const others = await askCredentials(request);
  const second = await send(request, others);
  if (second.status === 401) auth.refused(others);
  return second;
}

function send(request: Exchange, credentials: Credentials): Promise<Response> {
  const { settings, fetch, server, signal } = request;
  const headers = requestHeaders(request, credentials);
  return fetch(server.base + queryPath(settings), { headers, redirect: 'manual', signal });
}

async function readOutcome(response: Response, { server, platform, validator }: Exchange): Promise<Outcome> {
  const headers = readAnswerHeaders(response.headers);
  if (response.status === 304 && validator !== undefined) return { kind: 'unchanged', ...headers };
  if (response.status !== 200) return failureOf(response, server.base, platform);
  const type = response.headers.get('content-type') ?? 'no content type';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    await response.body?.cancel();
    throw new ConfigClientError('CONFIG_ANSWER_INVALID', `The answer is ${type}; an environment is JSON.`);
  }
  const environment = decodeEnvironment(readJson(await readBody(response, maxAnswerBytes)));
  return { kind: 'environment', environment, ...headers, version: environment.version ?? headers.version };
}

type Credentials = Readonly<Record<string, string>>;

function requestHeaders({ settings, server, validator }: Exchange, credentials: Credentials): Record<string, string> {
  const headers: Record<string, string> = {
    'user-agent': 'cairn-config-client',
    'x-config-instance': settings.instance,
    ...settings.headers,
  };
  if (settings.auth === undefined && server.authorization !== undefined && headers['authorization'] === undefined) {
    headers['authorization'] = server.authorization;
  }
  for (const [name, value] of Object.entries(credentials)) {
    checkHeader(`The header '${name}' that auth gives`, name, value);
    headers[name.toLowerCase()] = value;
  }
  if (validator !== undefined) headers['if-none-match'] = validator;
  return { ...headers, accept: accepted };
}

async function askCredentials({ settings, signal }: Exchange): Promise<Credentials> {
  try {
    return (await settings.auth?.headers(signal)) ?? {};
  } catch (error) {
    if (error instanceof ConfigClientError) throw error;
    throw new ConfigClientError('CONFIG_UNAVAILABLE', 'auth could not give its credentials.', { cause: error });
  }
}
