import { Buffer } from 'node:buffer';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { systemCode } from '../core/system-code.js';

export interface TransportOptions {
  /** `https://vault.example.com:8200`, or with a path. The one origin that is ever spoken to. */
  readonly address: URL;
  /** Certificates in PEM that are trusted instead of the usual ones. */
  readonly ca?: string;
  /** What the server shows of itself, in PEM. */
  readonly certificate?: string;
  readonly key?: string;
  /** For an exchange as a whole, the wait for a free connection included. */
  readonly timeoutMs: number;
  /** Of an answer's body. */
  readonly maxBytes: number;
  readonly maxConnections: number;
}

export interface TransportRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** What came of an exchange. Failures are words of our own: those of Node and of Vault may carry what was sent. */
export type TransportAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'too-large'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Transport {
  /** Never throws, follows no redirect, and ends within the deadline. */
  send(request: TransportRequest): Promise<TransportAnswer>;
  /** Ends connections that are kept. */
  close(): void;
}

/** Node's own client rather than `fetch`: a custom CA and client certificates, and no redirects to keep a token from. */
export function createTransport(options: TransportOptions): Transport {
  const { address, timeoutMs } = options;
  const agent = agentOf(options);
  const origin = address.origin;
  return {
    async send(request) {
      if (request.url.origin !== origin) return failed('another origin than the configured one was asked for');
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([deadline, request.signal]);
      try {
        return await readAnswer(await open(request, agent, signal), options.maxBytes);
      } catch (error) {
        return failed(
          deadline.aborted ? `no answer within ${timeoutMs} ms` : (systemCode(error) ?? 'the connection failed'),
        );
      }
    },
    close: () => {
      agent.destroy();
    },
  };
}

function agentOf({ address, ca, certificate, key, maxConnections }: TransportOptions): HttpAgent | HttpsAgent {
  const pool = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: 4, timeout: 30_000 };
  if (address.protocol === 'http:') return new HttpAgent(pool);
  // Said in so many words: a variable of the environment turns it off otherwise.
  const trust = { rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
  const shown = certificate === undefined ? {} : { cert: certificate, ...(key !== undefined && { key }) };
  return new HttpsAgent({ ...pool, ...trust, ...shown });
}

function open(request: TransportRequest, agent: HttpAgent, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = request;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, agent, signal, headers: { ...headers, ...length } });
    sent.on('response', resolve).on('error', reject);
    sent.end(body);
  });
}

async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<TransportAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      return { kind: 'too-large', reason: `the answer is larger than ${maxBytes} bytes` };
    }
    chunks.push(chunk);
  }
  return { kind: 'answered', status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}

function failed(reason: string): TransportAnswer {
  return { kind: 'failed', reason };
}
