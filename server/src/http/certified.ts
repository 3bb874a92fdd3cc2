import type { TLSSocket } from 'node:tls';
import { isHttp2, type Listener } from './exchange.js';

/** Connections whose clients showed a certificate. */
export interface Certified {
  add(socket: TLSSocket): void;
  /** `listener`, with an eye on which connections have a request in flight. */
  counting(listener: Listener): Listener;
  /** Ends them: those of HTTP/1.1 that are idle at once, the others after their answer. Returns all of them. */
  retire(): ReadonlySet<unknown>;
}

interface Connection {
  readonly socket: TLSSocket;
  inFlight: number;
  isRetired: boolean;
}

export function createCertified(): Certified {
  const connections = new Map<unknown, Connection>();
  return {
    add(socket) {
      connections.set(socket, { socket, inFlight: 0, isRetired: false });
      socket.once('close', () => connections.delete(socket));
    },
    counting(listener) {
      return (request, response) => {
        const connection = isHttp2(response) ? undefined : connections.get(request.socket);
        if (connection !== undefined && !isHttp2(response)) {
          if (connection.isRetired) response.shouldKeepAlive = false;
          connection.inFlight += 1;
          response.once('close', () => {
            connection.inFlight -= 1;
            endIdle(connection);
          });
        }
        listener(request, response);
      };
    },
    retire() {
      for (const connection of connections.values()) {
        connection.isRetired = true;
        endIdle(connection);
      }
      return new Set(connections.keys());
    },
  };
}

/** HTTP/2 says goodbye itself. */
function endIdle({ socket, inFlight, isRetired }: Connection): void {
  if (isRetired && inFlight === 0 && socket.alpnProtocol !== 'h2') socket.destroySoon();
}
