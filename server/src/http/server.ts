/**
 * http/ answers the routes of docs/http-api.md. It may import core, environments, changes, security, secrets and the
 * interface of backends. This file owns the listening server.
 */
import { createServer, type Server, type ServerOptions } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Emit } from '../core/events.js';
import type { Tls } from '../security/tls.js';
import { createAnswering, type AnsweringOptions, type Listener } from './answering.js';
import { clientErrorAnswer } from './client-error.js';
import type { HttpLimits } from './limits.js';
import { listen, stopListening, type Listening } from './listening.js';
import { createTlsServer } from './tls-server.js';

export interface HttpServerOptions extends AnsweringOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Started before the server; null: in clear. */
  readonly tls: Tls | null;
}

export interface HttpServer {
  /** @throws ConfigServerError CONFIG_LISTEN_FAILED */
  start(): Promise<Listening>;
  /** Stops listening, lets requests in flight finish, closes idle connections; idempotent. */
  close(reason?: string): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { emit, limits, tls } = options;
  const answer = createAnswering(options);
  let server: Server | TlsServer | undefined;
  let closing: Promise<void> | undefined;
  const listener: Listener = (request, response) => {
    if (closing !== undefined) response.shouldKeepAlive = false;
    answer(request, response);
  };
  return {
    async start() {
      server = tls === null ? createServer(serverOptions(limits), listener) : tlsServer(options, tls, listener);
      server.maxHeadersCount = limits.headerCount;
      server.on('clientError', clientErrorAnswer(limits.requestTarget));
      const listening = await listen(server, options);
      emit({ type: 'server-started', ...listening, scheme: tls === null ? 'http' : 'https' });
      return listening;
    },
    close(reason = 'closed') {
      closing ??= stop(server, options, reason);
      return closing;
    },
  };
}

function tlsServer({ limits, emit }: HttpServerOptions, tls: Tls, listener: Listener): TlsServer {
  return createTlsServer({ tls, server: serverOptions(limits), handshakeTime: limits.headersTime, listener, emit });
}

function serverOptions(limits: HttpLimits): ServerOptions {
  return {
    maxHeaderSize: limits.requestTarget + limits.headerBytes,
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    keepAliveTimeout: limits.keepAliveTime,
    connectionsCheckingInterval: limits.checkingInterval,
    noDelay: true,
  };
}

interface Stopping {
  readonly limits: HttpLimits;
  readonly emit: Emit;
}

async function stop(server: Server | TlsServer | undefined, { limits, emit }: Stopping, reason: string): Promise<void> {
  emit({ type: 'server-stopping', reason });
  if (server !== undefined) await stopListening(server, limits.stopTime);
  emit({ type: 'server-stopped' });
}
