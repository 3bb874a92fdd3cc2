import type { Server, Socket } from 'node:net';
import type { Emit } from '../core/events.js';
import { addressKey } from './addresses.js';
import type { HttpLimits } from './limits.js';

export interface ConnectionOptions {
  readonly limits: Pick<HttpLimits, 'connections' | 'connectionsPerAddress'>;
  /** Whether an address is that of a proxy, behind which there are many. */
  readonly isTrusted?: (address: string) => boolean;
  readonly emit: Emit;
}

const quietMs = 60_000;

/** Closes connections past the limits as they come, in all and from one address, and tells of it once a minute. */
export function limitConnections(server: Server, { limits, isTrusted = () => false, emit }: ConnectionOptions): void {
  const open = new Map<string, number>();
  let toldAt = -Infinity;
  const tell = (address: string, reason: string): void => {
    const now = performance.now();
    if (now - toldAt < quietMs) return;
    toldAt = now;
    emit({ type: 'connection-ended', address, reason });
  };
  server.maxConnections = limits.connections;
  server.on('drop', (dropped) => {
    tell(dropped?.remoteAddress ?? '', 'too many connections are open');
  });
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isTrusted(address)) return;
    const key = addressKey(address);
    const count = (open.get(key) ?? 0) + 1;
    open.set(key, count);
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
    if (count <= limits.connectionsPerAddress) return;
    tell(address, 'too many connections of one address are open');
    socket.destroy();
  });
}
