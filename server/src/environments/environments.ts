/**
 * The use case: query → property sources → secrets → overrides → environment, with its digest. Imports core, secrets and the
 * interface of backends.
 * A label's commit moves without touching a service: what is kept here goes by content, so it stays.
 */
import type { Backend, NamedVersion, Resolution, StaleReason } from '../backends/backend.js';
import { createSingleFlight } from '../core/single-flight.js';
import type { Environment, PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import { askerKey, type Query } from '../core/query.js';
import { createContents, type ContentsOptions, type FoundContent } from './contents.js';
import { createCallerIds, createFingerprint, digestFor, type Fingerprint } from './digest.js';
import { createFreshness, type Freshness } from './freshness.js';
import { renderResource, type ResourceRequest, type ServedResource, type TextSteps } from './resource.js';
import { createStamps } from './stamps.js';

export interface EnvironmentsOptions extends ContentsOptions {
  readonly backend: Backend;
  /** Whether ciphers in files served as text are decrypted too. */
  readonly decryptText: boolean;
  /** Whether a query for which nothing is found is answered with an empty environment (else 404). */
  readonly acceptEmpty: boolean;
  /** Servers that should agree on digests share it. */
  readonly digestKey: Uint8Array;
  /** Since the last successful check of the source, in milliseconds; past it answers say that they are stale. */
  readonly staleAfterMs: number;
  readonly now: () => number;
}

/** An environment as it is answered. */
export interface ServedEnvironment {
  readonly environment: Environment;
  /** Keyed digest of the ordered property sources; where a caller's token reads, of that too. */
  readonly digest: string;
  /** Equal ids mean equal property sources; bodies are kept by it. Never leaves the server. */
  readonly contentId: string;
  /** Whose token reads, by its id; null: everybody is given the same. */
  readonly caller: string | null;
  /** While `Environments.stamp` returns it for the query, this is the answer; undefined: nothing can be promised. */
  readonly stamp: string | undefined;
  /** Whether a secret in it is past its time, because Vault does not answer. */
  readonly isStale: boolean;
  /** Set where a broken file made the backend answer from an older commit. */
  readonly staleReason: StaleReason | null;
  /** Of several sources: the version of each; empty where there is one. */
  readonly versions: readonly NamedVersion[];
  /** How many keys were left out or masked for who asks; absent: none. */
  readonly withheldKeys?: number;
}

export interface Environments {
  /**
   * The environment for `query`.
   * @throws ConfigServerError CONFIG_APPLICATION_NOT_FOUND, CONFIG_TOO_LARGE and those of `Backend.resolve` and
   * `SecretReferences.read`
   */
  get(query: Query, signal: AbortSignal): Promise<ServedEnvironment>;
  /**
   * What the environment for `query` is made of, with references as they are: for probes, which never make Vault be asked.
   * @throws ConfigServerError as `get`, but for secrets
   */
  outline(query: Query, signal: AbortSignal): Promise<EnvironmentOutline>;
  /**
   * The file for `request.path`, its placeholders resolved in the environment of `query` where that is asked for.
   * @throws ConfigServerError those of `get` and of `Backend.readFile`, CONFIG_PLACEHOLDER_CYCLE
   */
  resource(query: Query, request: ResourceRequest, signal: AbortSignal): Promise<ServedResource>;
  /** As `Backend.stamp`: while it returns an equal text, `get(query)` returns an equal environment. */
  stamp(query: Query): string | undefined;
  /** Of what `query` is answered from; without one, of all. */
  freshness(query?: Query): Freshness;
  readonly fingerprint: Fingerprint;
  /** What stands for a caller's token in keys and digests; servers that share the digest key agree. */
  readonly callerId: Fingerprint;
}

export interface EnvironmentOutline {
  /** Highest precedence first. */
  readonly propertySources: readonly PropertySource[];
  readonly version: string | null;
  readonly staleReason: StaleReason | null;
}

export function createEnvironments(options: EnvironmentsOptions): Environments {
  const { backend, references } = options;
  const fingerprint = createFingerprint(options.digestKey);
  const flights = createSingleFlight<ServedEnvironment>();
  const contents = createContents(options, fingerprint);
  const stamps = createStamps({ ...options, cacheBytes: options.cacheBytes / 8 });

  const load = async (query: Query, signal: AbortSignal): Promise<ServedEnvironment> => {
    const base = backend.stamp(query);
    const resolution = await backend.resolve(query, signal);
    const found = await contents.find(resolution, query, signal);
    requireFound(query, found.content.sources, options);
    const stamp = stamps.remember(query, base, found.secrets);
    return served({ query, resolution, found, stamp, fingerprint });
  };
  const get = (query: Query, signal: AbortSignal): Promise<ServedEnvironment> =>
    flights.run(flightKey(query, backend.stamp(query), references?.revision), signal, (shared) => load(query, shared));

  return {
    get,
    async outline(query, signal) {
      const resolution = await backend.resolve(query, signal);
      const propertySources = await contents.outline(resolution, signal);
      requireFound(query, propertySources, options);
      return { propertySources, version: resolution.version, staleReason: resolution.stale ?? null };
    },
    async resource(query, request, signal) {
      const { environment, resource } = await ofOneVersion(
        () => backend.stamp(query),
        async () => ({
          environment: await get(query, signal),
          resource: await backend.readFile(query, request.path, signal),
        }),
      );
      return renderResource({ resource, request, environment, fingerprint, steps: textSteps(options, query, signal) });
    },
    stamp: (query) => stamps.of(query),
    freshness: createFreshness(options),
    fingerprint,
    callerId: createCallerIds(options.digestKey),
  };
}

const MOST_LOOKS = 3;

/**
 * A commit may land between two looks at a label: then both are taken again, so that no answer mixes two versions.
 * Bounded, because a source may move faster than it is read; each look is whole in itself.
 */
async function ofOneVersion<T>(stamp: () => string | undefined, look: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks += 1) {
    const before = stamp();
    const found = await look();
    if (looks === MOST_LOOKS || stamp() === before) return found;
  }
}

function textSteps(options: EnvironmentsOptions, query: Query, signal: AbortSignal): TextSteps {
  const { cipherValues, decryptText, references } = options;
  return {
    decrypt: (path, text) =>
      decryptText && cipherValues !== null ? cipherValues.decryptText(path, text, signal) : Promise.resolve(text),
    hold: (path, text) => references?.hold(path, text, query, signal) ?? Promise.resolve(undefined),
  };
}

interface Making {
  readonly query: Query;
  readonly resolution: Resolution;
  readonly found: FoundContent;
  readonly stamp: string | undefined;
  readonly fingerprint: Fingerprint;
}

function served({ query, resolution, found, stamp, fingerprint }: Making): ServedEnvironment {
  const { content, secrets } = found;
  const caller = query.token?.id ?? null;
  return {
    environment: {
      name: query.name,
      profiles: [query.profileText],
      label: query.label,
      version: resolution.version,
      state: resolution.state,
      propertySources: content.sources,
    },
    digest: digestFor(caller, content.digest, fingerprint),
    contentId: content.id,
    caller,
    stamp,
    isStale: secrets?.isStale ?? false,
    staleReason: resolution.stale ?? null,
    versions: resolution.versions ?? [],
  };
}

/**
 * By the stamp too: who asks after a commit must not be given what was begun before it; nor who asks after a secret has
 * moved. By whose token and by the instance, as well.
 */
function flightKey(query: Query, stamp: string | undefined, revision = 0): string {
  return `${stamp ?? ''}\n${revision}\n${askerKey(query)}`;
}

function requireFound(
  query: Query,
  sources: readonly PropertySource[],
  { acceptEmpty }: Pick<EnvironmentsOptions, 'acceptEmpty'>,
): void {
  if (sources.length === 0 && !acceptEmpty) throw nothingFound(query);
}

function nothingFound(query: Query): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_APPLICATION_NOT_FOUND',
    `There is no property source for application '${query.name}' with profiles '${query.profileText}'.`,
  );
}
