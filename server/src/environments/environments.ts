/**
 * The use case: query → property sources → secrets → overrides → environment, with its digest. Imports core, secrets and the
 * interface of backends.
 * A label's commit moves without touching a service: what is kept here goes by content, so it stays.
 */
import type { Backend, NamedVersion, Resolution, StaleReason } from '../backends/backend.js';
import { createSingleFlight } from '../core/single-flight.js';
import { createByteCache } from '../core/byte-cache.js';
import { canonicalText } from '../core/canonical.js';
import type { Environment, PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import { queryKey, type Query } from '../core/query.js';
import type { CipherValues } from '../secrets/cipher-values.js';
import { createFingerprint, type Fingerprint } from './digest.js';
import { createFreshness, type Freshness } from './freshness.js';
import { overridesSource } from './overrides.js';
import { renderResource, type ResourceRequest, type ServedResource } from './resource.js';

export interface EnvironmentsOptions {
  readonly backend: Backend;
  /** Put above everything a backend finds, in this order. */
  readonly overrides: ReadonlyMap<string, string>;
  /** Decrypts what a backend finds, before overrides are put on it; null: ciphers go out as they are. */
  readonly cipherValues: CipherValues | null;
  /** Whether ciphers in files served as text are decrypted too. */
  readonly decryptText: boolean;
  /** Whether a query for which nothing is found is answered with an empty environment (else 404). */
  readonly acceptEmpty: boolean;
  /** Servers that should agree on digests share it. */
  readonly digestKey: Uint8Array;
  readonly limits: EnvironmentLimits;
  readonly cacheBytes: number;
  /** Since the last successful check of the source, in milliseconds; past it answers say that they are stale. */
  readonly staleAfterMs: number;
  readonly now: () => number;
}

export interface EnvironmentLimits {
  /** Bytes of one environment. */
  readonly environment: number;
}

/** An environment as it is answered. */
export interface ServedEnvironment {
  readonly environment: Environment;
  /** Keyed digest of the ordered property sources. */
  readonly digest: string;
  /** Equal ids mean equal property sources; bodies are kept by it. Never leaves the server. */
  readonly contentId: string;
  /** Set where a broken file made the backend answer from an older commit. */
  readonly staleReason: StaleReason | null;
  /** Of several sources: the version of each; empty where there is one. */
  readonly versions: readonly NamedVersion[];
}

export interface Environments {
  /**
   * The environment for `query`.
   * @throws ConfigServerError CONFIG_APPLICATION_NOT_FOUND, CONFIG_TOO_LARGE and those of `Backend.resolve`
   */
  get(query: Query, signal: AbortSignal): Promise<ServedEnvironment>;
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
}

interface Content {
  readonly sources: readonly PropertySource[];
  readonly digest: string;
}

export function createEnvironments(options: EnvironmentsOptions): Environments {
  const { backend } = options;
  const fingerprint = createFingerprint(options.digestKey);
  const flights = createSingleFlight<ServedEnvironment>();
  const contents = createByteCache<string, Content>(options.cacheBytes);
  const contentFlights = createSingleFlight<Content>();
  const makeContent = contentMaker(options, fingerprint);
  const contentFor = async (resolution: Resolution, signal: AbortSignal): Promise<Content> => {
    const { contentId } = resolution;
    const kept = contents.get(contentId);
    if (kept !== undefined) return kept;
    return contentFlights.run(contentId, signal, async (shared) => {
      const { content, bytes } = await makeContent(resolution, shared);
      contents.set(contentId, content, bytes);
      return content;
    });
  };

  const load = async (query: Query, signal: AbortSignal): Promise<ServedEnvironment> => {
    const resolution = await backend.resolve(query, signal);
    const content = await contentFor(resolution, signal);
    if (content.sources.length === 0 && !options.acceptEmpty) throw nothingFound(query);
    return served(query, resolution, content);
  };
  const get = (query: Query, signal: AbortSignal): Promise<ServedEnvironment> =>
    flights.run(flightKey(query, backend.stamp(query)), signal, (shared) => load(query, shared));

  return {
    get,
    async resource(query, request, signal) {
      const { environment, resource } = await ofOneVersion(
        () => backend.stamp(query),
        async () => ({
          environment: await get(query, signal),
          resource: await backend.readFile(query, request.path, signal),
        }),
      );
      return renderResource({ resource, request, environment, fingerprint, decrypt: textDecryption(options, signal) });
    },
    stamp: (query) => backend.stamp(query),
    freshness: createFreshness(options),
    fingerprint,
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

interface Measured {
  readonly content: Content;
  readonly bytes: number;
}

type MakeContent = (resolution: Resolution, signal: AbortSignal) => Promise<Measured>;

function contentMaker(options: EnvironmentsOptions, fingerprint: Fingerprint): MakeContent {
  const overrides = overridesSource(options.overrides);
  return async (resolution, signal) => {
    const found = (await options.cipherValues?.decryptSources(resolution.sources, signal)) ?? resolution.sources;
    const sources = overrides === undefined ? found : [overrides, ...found];
    const text = canonicalText(sources);
    const bytes = Buffer.byteLength(text);
    if (bytes > options.limits.environment) throw tooLarge(options.limits.environment);
    return { content: { sources, digest: fingerprint(text) }, bytes };
  };
}

type DecryptText = (path: string, text: string) => Promise<string>;

function textDecryption({ cipherValues, decryptText }: EnvironmentsOptions, signal: AbortSignal): DecryptText {
  if (!decryptText || cipherValues === null) return (_path, text) => Promise.resolve(text);
  return (path, text) => cipherValues.decryptText(path, text, signal);
}

function served(query: Query, resolution: Resolution, content: Content): ServedEnvironment {
  return {
    environment: {
      name: query.name,
      profiles: [query.profileText],
      label: query.label,
      version: resolution.version,
      state: resolution.state,
      propertySources: content.sources,
    },
    digest: content.digest,
    contentId: resolution.contentId,
    staleReason: resolution.stale ?? null,
    versions: resolution.versions ?? [],
  };
}

/** By the stamp too: who asks after a commit must not be given what was begun before it. By whose token, as well. */
function flightKey(query: Query, stamp: string | undefined): string {
  return `${stamp ?? ''}\n${query.token?.id ?? ''}\n${queryKey(query)}`;
}

function nothingFound(query: Query): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_APPLICATION_NOT_FOUND',
    `There is no property source for application '${query.name}' with profiles '${query.profileText}'.`,
  );
}

function tooLarge(limit: number): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_TOO_LARGE',
    `The environment is larger than ${limit} bytes (limits.environment).`,
  );
}
