import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { environmentText, v2 } from './wire-answer.js';

/** A configuration server over TLS in this process that says who asked it. */
export interface TlsServer {
  readonly url: string;
  /** The common names of the certificates that the requests came with, in order; empty where there was none. */
  readonly peers: readonly string[];
  /** How many connections there are now. */
  connections(): Promise<number>;
  /** From now on answers so. */
  respond(listener: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** Ends connections that wait for a next request. */
  closeIdle(): void;
  close(): Promise<void>;
}

export async function startTlsServer(options: ServerOptions): Promise<TlsServer> {
  const peers: string[] = [];
  let respond = (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': v2 }).end(environmentText({}));
  };
  const server = createServer({ requestCert: true, rejectUnauthorized: false, ...options }, (request, response) => {
    peers.push(commonNameOf(request.socket));
    respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    peers,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      }),
    respond: (listener) => {
      respond = listener;
    },
    closeIdle: () => {
      server.closeIdleConnections();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function commonNameOf(socket: Socket): string {
  if (!(socket instanceof TLSSocket)) return '';
  return socket.getPeerX509Certificate()?.subject.replace('CN=', '') ?? '';
}
