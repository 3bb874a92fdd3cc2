import type { OpenAudit } from '../audit/audit.js';
import type { Backend } from '../backends/backend.js';
import { defaultDocumentLimits } from '../core/documents/limits.js';
import type { Emit } from '../core/events.js';
import { noAudit } from '../core/audit.js';
import type { HealthProbes } from '../core/health.js';
import { createEnvironments } from '../environments/environments.js';
import type { Environments } from '../environments/environments.js';
import { defaultHttpLimits } from '../http/limits.js';
import type { HttpLimits } from '../http/limits.js';
import { createHttpServer } from '../http/server.js';
import { createHealth } from '../observability/health.js';
import type { SourceHealth } from '../observability/health.js';
import { tlsComponent } from '../observability/tls-health.js';
import { vaultComponent, type VaultState } from '../observability/vault-health.js';
import { createCipherValues, type CipherValues } from '../secrets/cipher-values.js';
import type { Ciphers } from '../secrets/ciphers.js';
import type { ServerSettings } from '../settings/sections/server.js';
import type { LimitSettings } from '../settings/sections/limits.js';
import type { Settings } from '../settings/schema.js';
import type { Vault } from '../vault/vault.js';
import type { Tls } from '../security/tls.js';
import type { ServerAccess } from './policy.js';
import type { ServerAuthentication } from './security.js';
import { changeFeedOf, type Subscribe } from './change-feed.js';
import { lookUpCheck } from './look-up.js';
import type { DynamicSecrets } from './dynamic-secrets.js';
import { readsAsCaller } from './vault-connection.js';
import { referencesOf } from './references.js';
import { tlsHealthOf, transportOf } from './transport.js';
import { packageVersion } from './version.js';
import { webhooksOf } from './webhooks.js';

export interface ServingOptions {
  readonly settings: Settings;
  readonly backend: Backend;
  /** Where references lead; null: there are none. Closed with the rest. */
  readonly vault: Vault | null;
  /** Undefined: none is configured. */
  readonly audit: OpenAudit | undefined;
  readonly dynamicSecrets: DynamicSecrets | null;
  readonly digestKey: Uint8Array;
  readonly ciphers: Ciphers;
  /** Closed with the rest. */
  readonly authentication: ServerAuthentication;
  /** Null: in clear. Closed with the rest. */
  readonly tls: Tls | null;
  /** Closed with the rest. */
  readonly access: ServerAccess;
  readonly emit: Emit;
  /** To what is emitted. */
  readonly subscribe: Subscribe;
}

export interface ServingAt {
  readonly address: string;
  readonly port: number;
  readonly url: string;
  readonly managementUrl: string | null;
}

/** A backend, the environments made of it, and the HTTP server that answers them. */
export interface Serving {
  start(signal: AbortSignal): Promise<ServingAt>;
  close(reason: string): Promise<void>;
}

export function createServing(options: ServingOptions): Serving {
  const { access, authentication, backend, ciphers, dynamicSecrets, settings, tls, vault } = options;
  const state = { isStopping: false };
  const environments = environmentsOf(options);
  const health = healthOf(options, environments, () => state.isStopping);
  const feed = changeFeedOf({ ...options, environments });
  const webhooks = webhooksOf({
    ...options,
    onExpire: () => {
      feed.wake();
    },
  });
  const server = createHttpServer({
    ...serverOptions(settings),
    takesCallerTokens: takesCallerTokens(options),
    takesInstances: dynamicSecrets?.dynamic.some(({ per }) => per === 'instance') ?? false,
    audit: options.audit ?? noAudit,
    auditReader: options.audit?.reader ?? null,
    environments,
    feed,
    ciphers,
    authenticator: authentication.authenticator,
    ...transportOf(settings.server, tls),
    access: access.access,
    health,
    webhooks: {
      path: settings.webhooks.path,
      accept: (delivery) => webhooks.accept(delivery),
      signerOf: (delivery) => webhooks.signerOf(delivery),
    },
    emit: options.emit,
  });
  return {
    async start(signal) {
      await tls?.start();
      vault?.start();
      await backend.start(signal);
      const { address, port, url, management } = await server.start();
      return { address, port, url, managementUrl: management?.url ?? null };
    },
    async close(reason) {
      state.isStopping = true;
      await server.close(reason);
      feed.close();
      authentication.close();
      access.close();
      await webhooks.close();
      await backend.close();
      // While the server's login holds, which ends with the Vault.
      await dynamicSecrets?.leases.close();
      await vault?.close();
      tls?.close();
    },
  };
}

function environmentsOf(options: ServingOptions): Environments {
  const { settings, backend, digestKey } = options;
  const { encryption, limits, serving } = settings;
  return createEnvironments({
    backend,
    cipherValues: encryption.enabled ? cipherValuesOf(options) : null,
    references: referencesOf({ ...options, settings: settings.secrets }),
    decryptText: encryption['plain-text'],
    overrides: serving.overrides,
    acceptEmpty: serving['accept-empty'],
    digestKey,
    limits: { environment: limits.environment },
    cacheBytes: (limits.caches * 3) / 32,
    staleAfterMs: serving['stale-limit'],
    now: Date.now,
  });
}

function cipherValuesOf({ ciphers, settings, emit }: ServingOptions): CipherValues {
  const { encryption, limits } = settings;
  return createCipherValues({
    ciphers,
    prefixInvalid: encryption['prefix-invalid'],
    cacheBytes: limits.caches / 32,
    documents: {
      ...defaultDocumentLimits,
      bytes: limits.file,
      depth: limits['yaml-depth'],
      aliases: limits['yaml-aliases'],
    },
    emit,
  });
}

function healthOf(
  { settings, backend, vault, audit, tls, access, authentication }: ServingOptions,
  environments: Environments,
  isStopping: () => boolean,
): HealthProbes {
  const { health, serving } = settings;
  return createHealth({
    isEnabled: health.enabled,
    downStatus: health['down-status'],
    acceptEmpty: health['accept-empty'] ?? serving['accept-empty'],
    checks: health.repositories,
    lookUp: (check) => lookUpCheck({ environments, backend }, check),
    sources: () => sourcesOf(backend),
    others: () => ({
      ...(vault === null ? {} : { vault: vaultComponent(vaultStateOf(vault), Date.now()) }),
      ...(audit === undefined ? {} : { audit: audit.health() }),
      ...(tls === null ? {} : { tls: tlsComponent(tlsHealthOf(tls)) }),
      ...(access.health === undefined ? {} : { policy: access.health() }),
      ...(authentication.health === undefined ? {} : { credentials: authentication.health() }),
    }),
    isServing: () => !isStopping() && audit?.isReady() !== false,
    now: Date.now,
  });
}

type ServerOptions = Omit<
  Parameters<typeof createHttpServer>[0],
  | 'access'
  | 'audit'
  | 'auditReader'
  | 'environments'
  | 'feed'
  | 'ciphers'
  | 'authenticator'
  | keyof ReturnType<typeof transportOf>
  | 'health'
  | 'webhooks'
  | 'emit'
  | 'takesCallerTokens'
  | 'takesInstances'
>;

function serverOptions(settings: Settings): ServerOptions {
  const { limits, serving, server } = settings;
  return {
    prefix: server.prefix,

    info: () => ({ build: { name: 'cairn-config-server', version: packageVersion() } }),
    queries: {
      validateProfiles: serving['validate-profiles'],
      maxApplications: limits.applications,
      maxProfiles: limits.profiles,
      maxLabels: limits.labels,
    },
    renditions: { stripDocument: serving['strip-document'], maxIndex: limits['list-index'] },
    limits: httpLimits(limits, server),
    cacheBytes: limits.caches / 4,
    now: Date.now,
  };
}

function httpLimits(limits: LimitSettings, server: ServerSettings): HttpLimits {
  return {
    ...defaultHttpLimits,
    requestTarget: limits['request-target'],
    body: limits['request-body'],
    answerTime: limits['request-time'],
    stopTime: server['shutdown-timeout'],
    connections: server.connections,
    connectionsPerAddress: server['connections-per-address'],
    eventStreams: limits['event-streams'],
    eventStreamsPerClient: limits['event-streams-per-client'],
    eventStreamTime: limits['event-stream-time'],
  };
}

function takesCallerTokens({ settings, vault }: ServingOptions): boolean {
  const isForReferences = vault?.needsCaller === true && settings.secrets.resolve;
  return isForReferences || settings.sources.some((source) => source.type === 'vault' && readsAsCaller(source));
}

function vaultStateOf(vault: Vault): VaultState {
  const { lastSuccess, failure } = vault.secrets.state();
  return {
    isReady: vault.needsCaller || lastSuccess !== null || vault.hasLoggedIn(),
    lastSuccess,
    failure: failure ?? vault.loginFailure(),
  };
}

/** Each source of a composite is told of by its own name. */
function sourcesOf(backend: Backend): readonly SourceHealth[] {
  const health = backend.health();
  return health.parts ?? [{ name: backend.name, ...health }];
}
