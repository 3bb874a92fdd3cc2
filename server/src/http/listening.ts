import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ConfigServerError } from '../core/errors.js';
import type { Http2Sessions } from './http2-sessions.js';

export interface Listening {
  readonly address: string;
  readonly port: number;
}

export interface ListenPlace {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** @throws ConfigServerError CONFIG_LISTEN_FAILED */
export function listen(server: HttpServer | HttpsServer, { host, port }: ListenPlace): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const why = `Cannot listen on ${host} port ${port}: ${cause.code ?? 'error'}.`;
      reject(new ConfigServerError('CONFIG_LISTEN_FAILED', why, { cause }));
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const { address, port: bound } = server.address() as AddressInfo;
      resolve({ address, port: bound });
    });
  });
}

/** What listens, and its connections of HTTP/2 where there are any. */
export interface Stoppable {
  readonly server: HttpServer | HttpsServer;
  readonly sessions: Pick<Http2Sessions, 'retire' | 'destroy'> | null;
}

/** Stops listening, waits for requests in flight, and ends what is left after `withinMs`. */
export async function stopListening({ server, sessions }: Stoppable, withinMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections();
      sessions?.destroy();
    }, withinMs);
    // A connection that turns idle meanwhile has announced `Connection: close` or is closed here.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, 50);
    server.close(() => {
      clearTimeout(deadline);
      clearInterval(sweep);
      resolve();
    });
    sessions?.retire();
  });
}
