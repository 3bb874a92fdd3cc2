import { connect, createSecureContext } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import { isIP } from 'node:net';
import { ConfigServerError } from '../../core/errors.js';
import type { Sink } from './sink.js';
import { syslogFrame } from './syslog-message.js';
import type { SyslogOrigin } from './syslog-message.js';

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  /** Authorities in PEM, instead of the usual ones. */
  readonly ca?: string;
  /** What this server shows, in PEM. */
  readonly certificate?: string;
  readonly key?: string;
  readonly origin: SyslogOrigin;
}

/**
 * Syslog over TLS (RFC 5425). It knows no acknowledgement: a record counts as delivered once the connection has taken it.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID where certificates or key cannot be read
 */
export function createSyslogSink(options: SyslogOptions): Sink {
  const { host, port, origin } = options;
  const secureContext = contextOf(options);
  let connection: Promise<TLSSocket> | undefined;
  let isClosed = false;

  const drop = (): void => {
    connection = undefined;
  };
  const open = (signal: AbortSignal): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = connect({ host, port, ...name, secureContext, minVersion: 'TLSv1.2' });
      const late = (): void => {
        socket.destroy(new Error('no connection in time'));
      };
      signal.addEventListener('abort', late, { once: true });
      socket.setKeepAlive(true, 30_000);
      socket.once('secureConnect', () => {
        signal.removeEventListener('abort', late);
        resolve(socket);
      });
      // A collector says nothing; one that ends its side reads no more.
      socket.resume().once('end', () => socket.destroy());
      socket.once('error', reject).once('close', () => {
        drop();
        reject(new Error('the connection was closed'));
      });
    });

  return {
    name: 'syslog',
    async deliver(records, signal) {
      if (isClosed) throw new Error('closed');
      signal.throwIfAborted();
      connection ??= open(signal);
      const socket = await connection;
      await written(socket, records.map((record) => syslogFrame(record, origin)).join(''), signal);
    },
    async close() {
      isClosed = true;
      const socket = await connection?.catch(() => undefined);
      await ended(socket);
    },
  };
}

function written(socket: TLSSocket, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // One that takes nothing any more is as good as none.
    const late = (): void => {
      socket.destroy(new Error('nothing was taken in time'));
    };
    const failed = (): void => {
      reject(new Error('the connection was closed'));
    };
    signal.addEventListener('abort', late, { once: true });
    socket.once('close', failed);
    socket.write(text, 'latin1', (error) => {
      signal.removeEventListener('abort', late);
      socket.off('close', failed);
      if (error == null) resolve();
      else reject(error);
    });
  });
}

const endMs = 1_000;

function ended(socket: TLSSocket | undefined): Promise<void> {
  if (socket === undefined || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), endMs);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end();
  });
}

function contextOf({ ca, certificate, key }: SyslogOptions): SecureContext {
  try {
    return createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      minVersion: 'TLSv1.2',
    });
  } catch {
    // What OpenSSL says may have a part of the key.
    throw new ConfigServerError(
      'CONFIG_SETTINGS_INVALID',
      'In `audit.syslog`: certificates or key cannot be read, or do not belong together; PEM is taken.',
    );
  }
}
