import type { Agent } from 'node:http';
import { request, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';

export interface Question {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  /** Over TLS: who is trusted, and what is shown. */
  readonly tls?: TlsClient;
}

export interface TlsClient {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  /** To be resumed. */
  readonly session?: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** `Name: value`, in order, without `Date`. */
  readonly headerLines: readonly string[];
  readonly body: Buffer;
}

/** One request to loopback, the path sent as it is: nothing is normalized, no header is added but `Host`. */
export function ask(port: number, question: Question): Promise<Reply> {
  const { path, method = 'GET', headers = {}, body, agent, tls } = question;
  const send = tls === undefined ? request : tlsRequest;
  // A connection that is kept would go on with what was shown on it.
  const over = tls === undefined ? {} : { agent: false, ...tls };
  return new Promise((resolve, reject) => {
    const outgoing = send({ host: '127.0.0.1', port, path, method, headers, ...over, ...(agent ? { agent } : {}) });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      collect(incoming).then(resolve, reject);
    });
    outgoing.end(body);
  });
}

async function collect(incoming: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { statusCode = 0, headers, rawHeaders } = incoming;
  const headerLines = rawHeaders
    .flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1] ?? ''}`] : []))
    .filter((line) => !line.startsWith('Date: '));
  return { status: statusCode, headers, headerLines, body: Buffer.concat(chunks) };
}

export function jsonOf(reply: Reply): Record<string, unknown> {
  return JSON.parse(reply.body.toString()) as Record<string, unknown>;
}

/** Sends `text` as it is and gives back everything until the server closes the connection. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => (received += String(chunk)));
    socket.once('close', () => {
      resolve(received);
    });
    socket.once('error', reject);
  });
}
