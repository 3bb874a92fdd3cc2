/**
 * http/ answers the routes of docs/http-api.md. It may import core, environments, changes, security, secrets and the
 * interface of backends. This file owns the listening server.
 */
import { createServer, type ServerOptions } from 'node:http';
import type { Tls } from '../security/tls.js';
import { createAnswering, type AnsweringOptions } from './answering.js';
import { clientErrorAnswer } from './client-error.js';
import { limitConnections } from './connections.js';
import { isHttp2, type Listener } from './exchange.js';
import type { HttpLimits } from './limits.js';
import { listen, stopListening, type Listening, type Stoppable } from './listening.js';
import { securityHeaders } from './security-headers.js';
import { createTlsServer } from './tls-server.js';

export interface HttpServerOptions extends AnsweringOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Started before the server; null: in clear. */
  readonly tls: Tls | null;
  /** Over TLS, where the client speaks it too. */
  readonly speaksHttp2: boolean;
}

export interface HttpServer {
  /** @throws ConfigServerError CONFIG_LISTEN_FAILED */
  start(): Promise<Listening>;
  /** Stops listening, lets requests in flight finish, closes idle connections; idempotent. */
  close(reason?: string): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { emit, tls } = options;
  const answer = createAnswering(options);
  let made: Stoppable | undefined;
  let closing: Promise<void> | undefined;
  const listener: Listener = (request, response) => {
    if (closing !== undefined && !isHttp2(response)) response.shouldKeepAlive = false;
    answer(request, response);
  };
  return {
    async start() {
      made = serverOf(options, listener);
      const listening = await listen(made.server, options);
      emit({ type: 'server-started', ...listening, scheme: tls === null ? 'http' : 'https' });
      return listening;
    },
    close(reason = 'closed') {
      closing ??= stop(made, options, reason);
      return closing;
    },
  };
}

function serverOf(options: HttpServerOptions, listener: Listener): Stoppable {
  const { tls, limits, trustedProxies, emit } = options;
  const server = serverOptions(limits);
  const made =
    tls === null
      ? { server: createServer(server, listener), sessions: null }
      : createTlsServer({ ...options, clientAuthentication: tls.clientAuthentication, tls, server, listener });
  made.server.maxHeadersCount = limits.headerCount;
  made.server.on('clientError', clientErrorAnswer(limits.requestTarget, securityHeaders(options.hstsSeconds)));
  limitConnections(made.server, { limits, isTrusted: (address) => trustedProxies?.has(address) === true, emit });
  return made;
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

async function stop(made: Stoppable | undefined, options: HttpServerOptions, reason: string): Promise<void> {
  const { limits, emit } = options;
  emit({ type: 'server-stopping', reason });
  if (made !== undefined) await stopListening(made, limits.stopTime);
  emit({ type: 'server-stopped' });
}
