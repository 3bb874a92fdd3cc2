import { abortError } from '../deadline.js';
import { ConfigClientError } from '../errors.js';
import { readJson } from '../json/read-json.js';
import { checkHeader } from '../options/parse-headers.js';
import type { ClientSettings, ServerAddress } from '../options/settings.js';
import type { Platform } from '../platform/platform.js';
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
  readonly server: ServerAddress;
  readonly validator: string | undefined;
  readonly signal: AbortSignal;
}

/** One request to one server. Rejects only when the signal is aborted. */
export async function exchange(request: Exchange): Promise<Outcome> {
  const { settings, platform, server, signal } = request;
  try {
    const response = await platform.fetch(server.base + queryPath(settings), {
      headers: await requestHeaders(request),
      redirect: 'manual',
      signal,
    });
    return await readOutcome(response, request);
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    return failureFrom(error, server.base);
  }
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

async function requestHeaders({ settings, server, validator, signal }: Exchange): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    'user-agent': 'cairn-config-client',
    'x-config-instance': settings.instance,
    ...settings.headers,
  };
  if (settings.auth === undefined && server.authorization !== undefined && headers['authorization'] === undefined) {
    headers['authorization'] = server.authorization;
  }
  for (const [name, value] of Object.entries((await askCredentials(settings, signal)) ?? {})) {
    checkHeader(`The header '${name}' that auth gives`, name, value);
    headers[name.toLowerCase()] = value;
  }
  if (validator !== undefined) headers['if-none-match'] = validator;
  return { ...headers, accept: accepted };
}

async function askCredentials(
  { auth }: ClientSettings,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return await auth?.headers(signal);
  } catch (error) {
    throw new ConfigClientError('CONFIG_UNAVAILABLE', 'auth could not give its credentials.', { cause: error });
  }
}
