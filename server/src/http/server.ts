/**
 * http/ answers the routes of docs/http-api.md. It may import core, environments, changes, security, secrets and the
 * interface of backends. This file owns the listening server.
 */
import { createServer, type ServerOptions } from 'node:http';
import { reserveLastLine } from '../security/last-lines.js';
import type { Tls } from '../security/tls.js';
import { createAnswering, type AnsweringOptions } from './answering.js';
import type { Clock } from '../changes/clock.js';
import { clientErrorAnswer } from './client-error.js';
import { limitConnections } from './connections.js';
import { createEventStreams } from './event-streams.js';
import { isHttp2, type Listener } from './exchange.js';
import type { HttpLimits } from './limits.js';
import { listen, stopListening, type Listening, type ListenPlace, type Stoppable } from './listening.js';
import type { RouteScope } from './route-table.js';
import { securityHeaders } from './security-headers.js';
import { keepTickShape } from './tick-shape.js';
import { createTlsServer } from './tls-server.js';

export interface HttpServerOptions extends Omit<AnsweringOptions, 'streams'>, Place {
  /** For the times of streams of events. */
  readonly clock?: Clock;
  /** Over TLS, where the client speaks it too. */
  readonly speaksHttp2: boolean;
  /** Where `/actuator` is answered, and nothing else; null: at the same place as all. */
  readonly management: Place | null;
}

export interface Place extends ListenPlace {
  /** Started before the server; null: in clear. */
  readonly tls: Tls | null;
}

export interface Listened extends Listening {
  /** `http://127.0.0.1:8888` */
  readonly url: string;
}

export interface Started extends Listened {
  /** Null: there is no place of its own. */
  readonly management: Listened | null;
}

export interface HttpServer {
  /** @throws ConfigServerError CONFIG_LISTEN_FAILED */
  start(): Promise<Started>;
  /** Stops listening, lets requests in flight finish, closes idle connections; idempotent. */
  close(reason?: string): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { emit, limits, management } = options;
  const streams = createEventStreams(options);
  const made: Stoppable[] = [];
  let closing: Promise<void> | undefined;
  const open = async (place: Place, scope: RouteScope): Promise<Listened> => {
    const hstsSeconds = scope === 'management' && place.tls === null ? null : options.hstsSeconds;
    const answer = createAnswering({ ...options, streams, scope, hstsSeconds });
    const one = serverOf(options, place, (request, response) => {
      if (closing !== undefined && !isHttp2(response)) response.shouldKeepAlive = false;
      answer(request, response);
    });
    const { address, port } = await listen(one.server, place);
    made.push(one);
    const scheme = place.tls === null ? 'http' : 'https';
    emit({ type: scope === 'management' ? 'management-started' : 'server-started', address, port, scheme });
    return { address, port, url: `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}` };
  };
  const stop = async (reason: string): Promise<void> => {
    emit({ type: 'server-stopping', reason });
    // They would never finish.
    streams.close();
    // Management last: whoever looks there is told that the server stops.
    for (const one of made) await stopListening(one, limits.stopTime);
    emit({ type: 'server-stopped' });
  };
  return {
    async start() {
      keepTickShape();
      if (management === null) return { ...(await open(options, 'all')), management: null };
      const main = await open(options, 'configuration');
      return { ...main, management: await open(management, 'management') };
    },
    close(reason = 'closed') {
      closing ??= stop(reason);
      return closing;
    },
  };
}

function serverOf(options: HttpServerOptions, { tls }: Place, listener: Listener): Stoppable {
  const { limits, trustedProxies, emit } = options;
  const server = serverOptions(limits);
  const made =
    tls === null
      ? { server: createServer(server, listener), sessions: null }
      : createTlsServer({ ...options, clientAuthentication: tls.clientAuthentication, tls, server, listener });
  made.server.maxHeadersCount = limits.headerCount;
  made.server.on('clientError', clientErrorAnswer(limits.requestTarget, securityHeaders(options.hstsSeconds)));
  made.server.on(tls === null ? 'connection' : 'secureConnection', reserveLastLine);
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
