import { createFeed } from '#server/changes/feed.js';
import type { CairnEvent } from '#server/core/events.js';
import type { HealthProbes, HealthReport } from '#server/core/health.js';
import { createEnvironments, type EnvironmentsOptions } from '#server/environments/environments.js';
import { defaultHttpLimits } from '#server/http/limits.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '#server/http/server.js';
import { noAudit } from '#server/core/audit.js';
import { openAccess } from '#server/security/access.js';
import { createCiphers } from '#server/secrets/ciphers.js';
import { emptyKeyring } from '#server/secrets/keyring.js';
import { createAnonymousAuthenticator } from '#server/security/authenticator.js';
import { aSource, createFakeBackend, type FakeBackend } from './fake-backend.js';

export interface HttpFixture {
  readonly backend: FakeBackend;
  readonly server: HttpServer;
  readonly url: string;
  readonly port: number;
  readonly events: readonly CairnEvent[];
}

export interface FixtureOptions {
  readonly environments?: Partial<EnvironmentsOptions>;
  readonly http?: Partial<HttpServerOptions>;
}

export const upReport: HealthReport = {
  status: 'UP',
  groups: ['liveness', 'readiness'],
  components: { configServer: { status: 'UP', details: { repositories: [] } } },
};

/** Probes that tell `report` and are ready where it is up. */
export function probesOf(report: () => HealthReport): HealthProbes {
  return {
    report: () => Promise.resolve(report()),
    liveness: () => ({ status: 'UP' }),
    readiness: () => ({ status: report().status === 'UP' ? 'UP' : 'OUT_OF_SERVICE' }),
  };
}

/** A server over a fake backend that does not listen yet. */
export function buildHttp(options: FixtureOptions = {}): Omit<HttpFixture, 'url' | 'port'> {
  const backend = createFakeBackend();
  backend.serve('v1', 'c1', [aSource('repo/orders.yml', { 'server.port': 8081n, url: 'http://x:${server.port}' })]);
  const events: CairnEvent[] = [];
  const environments = createEnvironments({ ...environmentDefaults(backend), ...options.environments });
  const emit = (event: CairnEvent): void => void events.push(event);
  const feed = createFeed({ backend, environments, onOtherChange: () => () => undefined });
  const server = createHttpServer({ ...httpDefaults, emit, environments, feed, ...options.http });
  return { backend, server, events };
}

/** A listening server over a fake backend that has `orders` with a port and some placeholders. */
export async function startHttp(options: FixtureOptions = {}): Promise<HttpFixture> {
  const http = buildHttp(options);
  const { port } = await http.server.start();
  return { ...http, port, url: `http://127.0.0.1:${port}` };
}

export function environmentDefaults(backend: FakeBackend): EnvironmentsOptions {
  return {
    backend,
    cipherValues: null,
    references: null,
    decryptText: false,
    overrides: new Map(),
    acceptEmpty: true,
    digestKey: Buffer.from('a key for tests'),
    limits: { environment: 1024 * 1024 },
    cacheBytes: 1024 * 1024,
    staleAfterMs: 60_000,
    now: () => 5_000,
  };
}

const httpDefaults = {
  ciphers: createCiphers({ keyring: emptyKeyring, suite: 'reference' as const }),
  now: () => 5_000,
  host: '127.0.0.1',
  port: 0,
  prefix: '',
  publicUrl: null,
  tls: null,
  speaksHttp2: true,
  hstsSeconds: null,
  rateLimits: null,
  trustedProxies: null,
  management: null,
  authenticator: createAnonymousAuthenticator(),
  access: openAccess,
  audit: noAudit,
  auditReader: null,
  health: probesOf(() => upReport),
  webhooks: { path: '/monitor', accept: () => [], signerOf: () => undefined },
  info: () => ({ build: { name: 'cairn-config-server', version: '0.0.0' } }),
  takesCallerTokens: false,
  takesInstances: false,
  queries: {},
  renditions: { stripDocument: true, maxIndex: 10_000 },
  limits: defaultHttpLimits,
  cacheBytes: 4 * 1024 * 1024,
};
