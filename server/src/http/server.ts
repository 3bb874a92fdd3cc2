/**
 * http/ answers the routes of docs/http-api.md. It may import core, environments, changes, security, secrets and the
 * interface of backends. This file owns the listening server and the one seam before Koa.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Audit } from '../core/audit.js';
import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { HealthProbes, ServerInfo } from '../core/health.js';
import type { QueryOptions } from '../core/query.js';
import type { Environments } from '../environments/environments.js';
import type { Ciphers } from '../secrets/ciphers.js';
import type { Access } from '../security/access.js';
import type { Authenticator } from '../security/authenticator.js';
import { createAdmissions } from './admissions.js';
import { createApplication } from './application.js';
import { createBodies, type RenditionSettings } from './bodies.js';
import { clientErrorAnswer } from './client-error.js';
import { createCompression } from './compression.js';
import { createDeliver } from './deliver.js';
import { createGate } from './gate.js';
import { createHotLane, type HotLane, type Prepared } from './hot-lane.js';
import type { HttpLimits } from './limits.js';
import { occasionOf } from './middleware/audit.js';
import { shownPath } from './paths.js';
import type { WebhookEndpoint } from './services.js';
import { createViews } from './views.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Before every configuration route: empty, or `/config`. */
  readonly prefix: string;
  /** Where clients reach the server, for links; null: links are paths. */
  readonly publicUrl: string | null;
  readonly environments: Environments;
  /** For `/encrypt`, `/decrypt` and `/key`. */
  readonly ciphers: Ciphers;
  readonly authenticator: Authenticator;
  readonly access: Access;
  readonly audit: Audit;
  readonly health: HealthProbes;
  readonly info: () => ServerInfo;
  readonly webhooks: WebhookEndpoint;
  readonly queries: QueryOptions;
  /** Whether a source reads in the name of who asks. */
  readonly takesCallerTokens: boolean;
  /** Whether there are secrets that each instance has for itself. */
  readonly takesInstances: boolean;
  readonly renditions: RenditionSettings;
  readonly limits: HttpLimits;
  /** Bytes for bodies, compressed copies and prepared answers together. */
  readonly cacheBytes: number;
  readonly emit: Emit;
  readonly now: () => number;
}

export interface Listening {
  readonly address: string;
  readonly port: number;
}

export interface HttpServer {
  /** @throws ConfigServerError CONFIG_LISTEN_FAILED */
  start(): Promise<Listening>;
  /** Stops listening, lets requests in flight finish, closes idle connections; idempotent. */
  close(reason?: string): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { emit, limits } = options;
  const hotLane = hotLaneOf(options);
  const throughKoa = koaListener(options, hotLane);
  let closing: Promise<void> | undefined;

  const server = createServer(serverOptions(limits), (request, response) => {
    if (closing !== undefined) response.shouldKeepAlive = false;
    const prepared = hotLane.answer(request);
    if (prepared === undefined) {
      throughKoa(request, response);
      return;
    }
    const { decision } = prepared;
    const recorded = decision === undefined ? undefined : options.audit.record(decision, occasionOf(request));
    const write = (): void => {
      writePrepared(prepared, request, response, emit);
    };
    if (recorded === undefined) write();
    // What cannot be recorded is refused on the usual way, where the audit is asked first.
    else
      void recorded.then(write, () => {
        throughKoa(request, response);
      });
  });
  server.maxHeadersCount = limits.headerCount;
  server.on('clientError', clientErrorAnswer(limits.requestTarget));

  return {
    async start() {
      const listening = await listen(server, options);
      emit({ type: 'server-started', ...listening });
      return listening;
    },
    close(reason = 'closed') {
      closing ??= stop(server, limits.stopTime, emit, reason);
      return closing;
    },
  };
}

function serverOptions(limits: HttpLimits): object {
  return {
    maxHeaderSize: limits.requestTarget + limits.headerBytes,
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    keepAliveTimeout: limits.keepAliveTime,
    connectionsCheckingInterval: limits.checkingInterval,
    noDelay: true,
  };
}

/** Who asks has a part in it unless everybody is let to everything and nobody keeps a record of it. */
function hotLaneOf(options: HttpServerOptions): HotLane {
  const { authenticator, access, audit, environments, cacheBytes } = options;
  const isForEverybody = authenticator.isAnonymous && access.isOpen && !audit.isOn;
  return createHotLane({
    environments,
    cacheBytes: cacheBytes / 2,
    audit,
    takesInstances: options.takesInstances,
    admissions: isForEverybody ? undefined : createAdmissions({ authenticator, access, cacheBytes: cacheBytes / 16 }),
  });
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function koaListener(options: HttpServerOptions, hotLane: HotLane): Listener {
  const { environments, cacheBytes } = options;
  const { fingerprint } = environments;
  const gate = createGate(options);
  const views = createViews(fingerprint, cacheBytes / 16);
  const bodies = createBodies({ ...options, cacheBytes: cacheBytes / 8, fingerprint });
  const deliver = createDeliver({ environments, hotLane, compression: createCompression(cacheBytes / 4) });
  const services = { ...options, gate, views, bodies, deliver };
  const callback = createApplication({ ...options, services }).callback();
  return (request, response) => void callback(request, response);
}

function writePrepared(
  { status, headers, body }: Prepared,
  request: IncomingMessage,
  response: ServerResponse,
  emit: Emit,
): void {
  const start = performance.now();
  response.writeHead(status, headers);
  if (typeof body === 'string') response.end(body, 'latin1');
  else response.end(body);
  const milliseconds = performance.now() - start;
  emit({ type: 'request-finished', method: 'GET', path: shownPath(request.url ?? ''), status, milliseconds });
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      reject(
        new ConfigServerError(
          'CONFIG_LISTEN_FAILED',
          `Cannot listen on ${host} port ${port}: ${cause.code ?? 'error'}.`,
          {
            cause,
          },
        ),
      );
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const { address, port: bound } = server.address() as AddressInfo;
      resolve({ address, port: bound });
    });
  });
}

async function stop(server: Server, withinMs: number, emit: Emit, reason: string): Promise<void> {
  emit({ type: 'server-stopping', reason });
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections();
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
  });
  emit({ type: 'server-stopped' });
}
