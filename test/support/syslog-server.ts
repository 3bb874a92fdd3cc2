import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { selfSigned } from './self-signed.js';

/** A collector of syslog over TLS on loopback. */
export interface SyslogServer {
  readonly port: number;
  /** The messages that came whole, by counting octets. */
  readonly messages: readonly string[];
  readonly connections: number;
  /** Breaks every connection. */
  dropConnections(): void;
  /** Listens no more, and breaks every connection. */
  close(): Promise<void>;
}

export async function startSyslogServer(port = 0): Promise<SyslogServer> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer(selfSigned, (socket) => {
    connections += 1;
    sockets.add(socket);
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: string) => {
      rest += chunk;
      for (let frame = nextFrame(rest); frame !== undefined; frame = nextFrame(rest)) {
        messages.push(frame.message);
        rest = rest.slice(frame.end);
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    get connections() {
      return connections;
    },
    dropConnections,
    async close() {
      dropConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function nextFrame(text: string): { readonly message: string; readonly end: number } | undefined {
  const [digits] = /^\d+ /.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const end = digits.length + Number(digits);
  return text.length < end ? undefined : { message: text.slice(digits.length, end), end };
}
