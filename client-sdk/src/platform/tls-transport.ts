import type { ClientRequest, IncomingMessage } from 'node:http';
import { request, type Agent } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { FetchOptions, Transport } from './platform.js';
import { TlsAgents, type TlsAgentsOptions } from './tls-agents.js';

const withoutBody = new Set([204, 205, 304]);

/** `fetch` over TLS of one's own, which Node's has not: as much of it as the SDK needs. */
export function openTlsTransport(options: TlsAgentsOptions): Transport {
  const agents = new TlsAgents(options);
  return {
    fetch: async (url, asked) => exchange(url, asked, await agents.current()),
    close: () => {
      agents.close();
    },
  };
}

async function exchange(url: string, asked: FetchOptions, agent: Agent): Promise<Response> {
  const first = send(url, asked, agent);
  try {
    return await answerOf(first);
  } catch (error) {
    // The server closed a connection that was kept just as it was used again: it has not seen the request.
    if (!first.reusedSocket || asked.method === 'POST' || asked.signal.aborted || !isReset(error)) throw error;
    return await answerOf(send(url, asked, agent));
  }
}

function send(url: string, { method, headers, body, signal }: FetchOptions, agent: Agent): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const outgoing = request(url, {
    ...{ method: method ?? 'GET', agent, signal },
    headers: { 'accept-encoding': 'br, gzip', ...headers, ...length },
  });
  return outgoing.end(body);
}

function answerOf(outgoing: ClientRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject).on('response', (incoming) => {
      try {
        resolve(responseOf(incoming));
      } catch (error) {
        incoming.destroy();
        reject(error instanceof Error ? error : new Error('the answer is none', { cause: error }));
      }
    });
  });
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  if (!withoutBody.has(status)) return new Response(webStream(decoded(incoming)), { status, headers });
  incoming.resume();
  return new Response(null, { status, headers });
}

function decoded(incoming: IncomingMessage): Readable {
  const encoding = incoming.headers['content-encoding']?.trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'br') return incoming;
  // What fails is told by the reader of the result.
  return pipeline(incoming, encoding === 'br' ? createBrotliDecompress() : createGunzip(), () => undefined);
}

function webStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}
