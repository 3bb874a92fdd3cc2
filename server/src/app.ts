/** The composition root: every room built from the settings, started in order and closed in the opposite order. */
import { auditOf } from './app/audit.js';
import type { OpenAudit } from './audit/audit.js';
import type { Subscribe } from './app/change-feed.js';
import type { Backend } from './backends/backend.js';
import { createBackend } from './app/backend.js';
import { accessOf } from './app/policy.js';
import { dataDirectory, dataDirectoryNotices, keptDigestKey, passingDigestKey } from './app/data-directory.js';
import { dynamicSecretsOf } from './app/dynamic-secrets.js';
import { ciphersOf, encryptionNotices } from './app/encryption.js';
import { usesMirror } from './app/git-source.js';
import { parseFileOf } from './app/parse-file.js';
import { authenticationOf } from './app/security.js';
import { securityNotices } from './app/security-notices.js';
import { createServing } from './app/serving.js';
import type { Serving } from './app/serving.js';
import { tlsOf } from './app/tls.js';
import { createVaults, sectionVault } from './app/vaults.js';
import type { Emit } from './core/events.js';
import { logEvents } from './observability/log-events.js';
import { createLog } from './observability/log.js';
import type { LogStream } from './observability/log.js';
import type { Settings } from './settings/schema.js';

/** What a server is made with beside its settings. */
export interface AppOptions {
  /** Where the log goes. Default `process.stdout`. */
  readonly stream?: LogStream;
  /** What loading the settings had to say; logged first. */
  readonly notices?: readonly string[];
  /** In place of the backend that the settings describe. */
  readonly backend?: (emit: Emit) => Backend;
  /** Default `process.env`; asked for `XDG_STATE_HOME` only. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Where a server listens. */
export interface Started {
  readonly address: string;
  readonly port: number;
  /** `http://127.0.0.1:8888`; `https` over TLS. */
  readonly url: string;
  /** Where `/actuator` is answered, if that is a place of its own. */
  readonly managementUrl: string | null;
}

/** A configuration server. */
export interface App {
  /**
   * Opens the source and listens. A remote that is down does not make it fail: readiness is down until it answers.
   * @throws ConfigServerError CONFIG_LISTEN_FAILED, CONFIG_MIRROR_LOCKED, CONFIG_GIT_TRANSPORT_UNSUPPORTED,
   * CONFIG_REPOSITORY_UNSUPPORTED, CONFIG_SETTINGS_INVALID, CONFIG_TLS_INVALID, CONFIG_AUDIT_LOCKED, CONFIG_AUDIT_BROKEN
   */
  start(): Promise<Started>;
  /** Readiness goes down, listeners close, requests in flight finish, then all else closes. Idempotent. */
  close(reason?: string): Promise<void>;
  readonly emit: Emit;
}

/**
 * A server for `settings`, not started yet.
 *
 * @example
 * const { settings } = await loadSettings({ config: 'cairn.yml', environment: process.env });
 * const app = createApp(settings);
 * const { url } = await app.start();
 * await app.close();
 */
export function createApp(settings: Settings, options: AppOptions = {}): App {
  const log = logEvents(createLog({ ...settings.observability.log, stream: options.stream ?? process.stdout }));
  let audit: OpenAudit | undefined;
  const listeners = new Set<Emit>();
  const emit: Emit = (event) => {
    log(event);
    audit?.observe(event);
    for (const listener of listeners) listener(event);
  };
  const subscribe: Subscribe = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const starting = new AbortController();
  let serving: Promise<Serving> | undefined;
  let closing: Promise<void> | undefined;

  const build = async (): Promise<Serving> => {
    const directory = dataDirectory(settings['data-directory'], options.environment ?? process.env);
    const found = [
      ...encryptionNotices(settings.encryption),
      ...securityNotices(settings, Date.now()),
      ...(await dataDirectoryNotices(directory)),
    ];
    for (const message of [...(options.notices ?? []), ...found]) emit({ type: 'notice', message });
    audit = await auditOf(settings.audit, { dataDirectory: directory, stream: options.stream ?? process.stdout, emit });
    const parse = await parseFileOf(settings.encryption);
    const vaults = createVaults({ limits: settings.limits, pollMs: settings.secrets['poll-interval'], emit });
    const context = { settings, dataDirectory: directory, parse, vaults, emit };
    const backend = options.backend?.(emit) ?? createBackend(context);
    const digestKey = await digestKeyFor(settings, directory);
    const ciphers = await ciphersOf(settings.encryption);
    const authentication = await authenticationOf(settings, emit);
    const access = await accessOf(settings, emit);
    const vault = sectionVault(settings.vault, vaults);
    const dynamicSecrets = dynamicSecretsOf({ settings: settings.secrets, vault, emit });
    const tls = tlsOf(settings.server.tls, emit);
    const made = { access, authentication, ciphers, digestKey, dynamicSecrets, tls, vault };
    return createServing({ settings, audit, backend, ...made, subscribe, emit });
  };
  return {
    emit,
    start: async () => {
      serving ??= build();
      return (await serving).start(starting.signal);
    },
    close: (reason = 'closed') => {
      starting.abort();
      // The audit last: it tells of the end of all else.
      closing ??= closeBuilt(serving, reason).then(() => audit?.close());
      return closing;
    },
  };
}

async function digestKeyFor(settings: Settings, directory: string): Promise<Uint8Array> {
  const configured = settings.serving['digest-key'];
  if (configured !== null) return Buffer.from(configured);
  const isKept =
    settings['data-directory'] !== null ||
    settings.sources.some((source) => source.type === 'git' && usesMirror(source));
  return isKept ? keptDigestKey(directory) : passingDigestKey();
}

/** Nothing was opened where building failed; whoever started was told why. */
async function closeBuilt(serving: Promise<Serving> | undefined, reason: string): Promise<void> {
  const built = await serving?.catch(() => undefined);
  await built?.close(reason);
}
