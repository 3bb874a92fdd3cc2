import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Question, Reply, TlsClient } from './ask.js';

/** A connection of HTTP/2 to loopback. */
export interface Http2Client {
  readonly session: ClientHttp2Session;
  /** Under the session, which does not see every end of it. */
  readonly socket: TLSSocket;
  ask(question: Omit<Question, 'agent' | 'tls'>): Promise<Reply>;
  close(): Promise<void>;
}

export function connectHttp2(port: number, tls: TlsClient): Http2Client {
  const socket = connectTls({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], ...tls });
  const session = connect(`https://127.0.0.1:${port}`, { createConnection: () => socket });
  session.on('error', () => undefined);
  return {
    session,
    socket,
    ask: (question) => askHttp2(session, question),
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => {
          resolve();
        });
        if (socket.closed) resolve();
        else session.close();
      }),
  };
}

/** Hop-by-hop headers, and those that Node adds of itself, are of one version only. */
const ofTheVersion = new Set(['date', 'connection', 'keep-alive', ':status', 'transfer-encoding']);

function askHttp2(session: ClientHttp2Session, question: Omit<Question, 'agent' | 'tls'>): Promise<Reply> {
  const { path, method = 'GET', headers = {}, body } = question;
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':method': method, ...headers }, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    let head: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
    stream.once('response', (received) => (head = received));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('error', reject);
    stream.once('close', () => {
      const { ':status': status = 0, ...rest } = head;
      const headerLines = Object.entries(rest)
        .filter(([name]) => !ofTheVersion.has(name))
        .map(([name, value]) => `${name}: ${String(value)}`);
      resolve({ status, headers: rest, headerLines, body: Buffer.concat(chunks) });
    });
    if (body !== undefined) stream.end(body);
  });
}

/** `reply` as far as it is the same over every version of HTTP. */
export function comparable({ status, headerLines, body }: Reply): unknown {
  const lines = headerLines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()));
  return {
    status,
    headerLines: lines.filter((line) => !ofTheVersion.has(line.split(':')[0] ?? '')).sort(),
    body: body.toString('latin1'),
  };
}
