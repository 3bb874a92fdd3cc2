import { rootCertificates } from 'node:tls';
import { Agent, ProxyAgent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import { chooseProxy } from './proxy.js';
import type { ProxyOptions } from './proxy.js';
import { describeFailure, describeStatus } from './remote-failure.js';
import { createRedactor } from './redact.js';
import type { Credentials } from './repository-uri.js';
import type { SshOptions } from './ssh-options.js';

export interface RemoteOptions {
  /** Without secrets and trailing slash. */
  readonly url: string;
  readonly credentials?: Credentials;
  /** Longest silence of the remote, in milliseconds. */
  readonly timeoutMs: number;
  /** PEM, trusted beside the well-known authorities. */
  readonly ca?: string;
  readonly skipTlsVerification: boolean;
  readonly proxy?: ProxyOptions;
  readonly maxResponseBytes: number;
  /** For `url`s of SSH. */
  readonly ssh?: SshOptions;
  /** File of the hosts that were trusted on first sight. */
  readonly learnedHosts?: string;
}

/** The shape isomorphic-git gives its `http` plugin. */
export interface GitHttpRequest {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined;
}

export interface GitHttpResponse {
  url: string;
  method: string;
  statusCode: number;
  statusMessage: string;
  headers: Record<string, string>;
  body: AsyncIterableIterator<Uint8Array>;
}

export interface GitHttp {
  request(request: GitHttpRequest): Promise<GitHttpResponse>;
}

/** HTTP to one remote. */
export interface Transport {
  /** The plugin for one operation; `signal` ends its requests. */
  http(signal: AbortSignal): GitHttp;
  close(): Promise<void>;
}

const maxRedirects = 5;
const authorizationOf = ({ username, password, token }: Credentials): string =>
  `Basic ${Buffer.from(`${username ?? (token === undefined ? '' : 'x-access-token')}:${token ?? password ?? ''}`).toString('base64')}`;

function createDispatcher(url: URL, options: RemoteOptions): Dispatcher {
  const ca = options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] };
  const tls = { ...ca, rejectUnauthorized: !options.skipTlsVerification, timeout: options.timeoutMs };
  const timeouts = { headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs };
  const proxy = chooseProxy(url, options.proxy);
  if (proxy === undefined) return new Agent({ ...timeouts, connect: tls });
  const { host, port, username, password } = proxy;
  const token = username === undefined ? {} : { token: authorizationOf({ username, password: password ?? '' }) };
  return new ProxyAgent({ ...timeouts, ...token, uri: `http://${host}:${port}`, requestTls: tls, proxyTunnel: false });
}

class HttpTransport implements Transport {
  readonly #options: RemoteOptions;
  readonly #origin: string;
  readonly #dispatcher: Dispatcher;
  readonly #redact: (text: string) => string;
  /** Where the remote said the repository has gone; requests after the first go there. */
  #base: string;

  constructor(options: RemoteOptions) {
    const url = new URL(options.url);
    this.#options = options;
    this.#origin = url.origin;
    this.#base = options.url;
    this.#redact = createRedactor(options.credentials, options.proxy?.http, options.proxy?.https);
    this.#dispatcher = createDispatcher(url, options);
  }

  http(signal: AbortSignal): GitHttp {
    return { request: (asked) => this.#request(asked, signal) };
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #request(asked: GitHttpRequest, signal: AbortSignal): Promise<GitHttpResponse> {
    const { method = 'GET' } = asked;
    const body = asked.body === undefined ? undefined : await collect(asked.body);
    const rest = asked.url.slice(this.#options.url.length);
    let url = new URL(this.#base + rest);
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const answer = await this.#send(url, { method, headers: this.#headers(url, asked.headers), body }, signal);
      const { statusCode, headers } = answer;
      if (statusCode === 200) {
        this.#remember(url, rest);
        return this.#response(url, method, answer);
      }
      await answer.body.dump({ limit: 64 * 1024 }).catch(() => undefined);
      const isRedirect = statusCode >= 301 && statusCode <= 308 && typeof headers['location'] === 'string';
      if (!isRedirect) throw this.#failure(describeStatus(statusCode, this.#options.credentials !== undefined));
      url = this.#redirect(url, String(headers['location']), method);
    }
    throw this.#failure(`redirects more than ${maxRedirects} times`);
  }

  #headers(url: URL, asked: Record<string, string> = {}): Record<string, string> {
    const { credentials } = this.#options;
    const headers = { ...asked, 'accept-encoding': 'identity', 'user-agent': 'git/cairn' };
    if (credentials === undefined || url.origin !== this.#origin) return headers;
    return { ...headers, authorization: authorizationOf(credentials) };
  }

  #redirect(from: URL, location: string, method: string): URL {
    if (method !== 'GET') throw this.#failure('redirects a request that must not be repeated elsewhere');
    if (!URL.canParse(location, from.href)) throw this.#failure('redirects to something that is not a URL');
    const to = new URL(location, from);
    const isSafe = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
    if (!isSafe) throw this.#failure('redirects from https to another scheme');
    to.username = '';
    to.password = '';
    return to;
  }

  #remember(url: URL, rest: string): void {
    if (rest.startsWith('/info/refs') && url.href.endsWith(rest)) this.#base = url.href.slice(0, -rest.length);
  }

  async #send(
    url: URL,
    asked: { method: string; headers: Record<string, string>; body: Buffer | undefined },
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { method, headers, body } = asked;
    const content = body === undefined ? {} : { body };
    try {
      const options = { method, headers, ...content, signal };
      return await request(url, { ...options, dispatcher: this.#dispatcher });
    } catch (error) {
      throw this.#wrap(error, signal);
    }
  }

  #response(url: URL, method: string, answer: Dispatcher.ResponseData): GitHttpResponse {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) headers[name] = String(value);
    const body = this.#read(answer.body);
    return { url: url.href, method, statusCode: 200, statusMessage: 'OK', headers, body };
  }

  async *#read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
    let bytes = 0;
    try {
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > this.#options.maxResponseBytes) throw this.#tooLarge();
        yield chunk;
      }
    } catch (error) {
      throw this.#wrap(error);
    }
    return undefined;
  }

  #tooLarge(): ConfigServerError {
    return new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      `The remote ${this.#options.url} answers more than the limit of bytes.`,
      { diagnostics: { responseBytes: this.#options.maxResponseBytes } },
    );
  }

  #wrap(error: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted === true || isConfigServerError(error)) return error;
    return this.#failure(describeFailure(error, this.#options.timeoutMs), error);
  }

  #failure(problem: string, error?: unknown): ConfigServerError {
    const text = error instanceof Error ? this.#redact(`${error.name}: ${error.message}`) : undefined;
    const diagnostics = text === undefined ? {} : { cause: text };
    return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `The remote ${this.#options.url} ${problem}.`, {
      diagnostics,
    });
  }
}

async function collect(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Opens nothing until the first request. */
export function createTransport(options: RemoteOptions): Transport {
  return new HttpTransport(options);
}
