import type { Resolution } from '../backends/backend.js';
import { createByteCache } from '../core/byte-cache.js';
import { canonicalText } from '../core/canonical.js';
import type { PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import type { Query } from '../core/query.js';
import { createSingleFlight } from '../core/single-flight.js';
import type { CipherValues } from '../secrets/cipher-values.js';
import type { SecretReferences } from '../secrets/references.js';
import type { Referring } from '../secrets/referring.js';
import type { Fingerprint } from './digest.js';
import { overridesSource, type Overrides } from './overrides.js';

export interface ContentsOptions {
  /** Put above everything a backend finds, in this order. */
  readonly overrides: Overrides;
  /** Decrypts what a backend finds, before overrides are put on it; null: ciphers go out as they are. */
  readonly cipherValues: CipherValues | null;
  /** Puts secrets of Vault in for references, then; null: references go out as they are. */
  readonly references: SecretReferences | null;
  readonly limits: EnvironmentLimits;
  readonly cacheBytes: number;
}

export interface EnvironmentLimits {
  /** Bytes of one environment. */
  readonly environment: number;
}

/** The property sources of an answer. */
export interface Content {
  readonly sources: readonly PropertySource[];
  /** Keyed. */
  readonly digest: string;
  /** Equal ids mean equal property sources. Never leaves the server. */
  readonly id: string;
}

/** What an answer is made of, and what that stands on. */
export interface FoundContent {
  readonly content: Content;
  /** Undefined where there are no references. */
  readonly secrets: UsedSecrets | undefined;
}

/** The secrets in a content. */
export interface UsedSecrets {
  readonly referring: Referring;
  readonly id: string;
  /** Whether one is past its time, because Vault does not answer. */
  readonly isStale: boolean;
}

/** From what a backend found to what is answered; each step once for each content. */
export interface Contents {
  /**
   * With the secrets that `query` may have.
   * @throws ConfigServerError CONFIG_TOO_LARGE and those of `SecretReferences.read`
   */
  find(resolution: Resolution, query: Query, signal: AbortSignal): Promise<FoundContent>;
  /** As `find`, with references as they are: for who looks at no value. Vault is not asked. */
  outline(resolution: Resolution, signal: AbortSignal): Promise<readonly PropertySource[]>;
}

/** What all who ask have in common: ciphers are decrypted, secrets are not in it. */
type Base =
  | { readonly kind: 'whole'; readonly content: Content }
  | {
      readonly kind: 'referring';
      readonly sources: readonly PropertySource[];
      readonly referring: Referring;
      readonly references: SecretReferences;
    };

export function createContents(options: ContentsOptions, fingerprint: Fingerprint): Contents {
  const { references, cipherValues, limits } = options;
  const overrides = overridesSource(options.overrides);
  // Where values refer to secrets, what is answered is kept beside what it is made of.
  const share = references === null ? 1 : 1 / 2;
  const bases = createByteCache<string, Base>(options.cacheBytes * share);
  const filled = createByteCache<string, Content>(options.cacheBytes * share);
  const flights = createSingleFlight<Base>();

  const withOverrides = (found: readonly PropertySource[]): readonly PropertySource[] =>
    overrides === undefined ? found : [overrides, ...found];
  const contentOf = (found: readonly PropertySource[], id: string): { content: Content; bytes: number } => {
    const sources = withOverrides(found);
    const text = canonicalText(sources);
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.environment) throw tooLarge(limits.environment);
    return { content: { sources, digest: fingerprint(text), id }, bytes };
  };
  const makeBase = async ({ sources, contentId }: Resolution, signal: AbortSignal): Promise<Base> => {
    const found = (await cipherValues?.decryptSources(sources, signal)) ?? sources;
    const referring = references?.find(found);
    if (references === null || referring === undefined) {
      const { content, bytes } = contentOf(found, contentId);
      return kept(contentId, { kind: 'whole', content }, bytes);
    }
    const base: Base = { kind: 'referring', sources: found, referring, references };
    return kept(contentId, base, 2 * Buffer.byteLength(canonicalText(found)));
  };
  const kept = (id: string, base: Base, bytes: number): Base => {
    bases.set(id, base, bytes);
    return base;
  };
  const baseOf = async (resolution: Resolution, signal: AbortSignal): Promise<Base> => {
    const { contentId } = resolution;
    const known = bases.get(contentId);
    return known ?? flights.run(contentId, signal, (shared) => makeBase(resolution, shared));
  };

  return {
    async find(resolution, query, signal) {
      const base = await baseOf(resolution, signal);
      if (base.kind === 'whole') return { content: base.content, secrets: undefined };
      const { sources, referring } = base;
      const secrets = await base.references.read(referring, query, signal);
      const used: UsedSecrets = { referring, id: secrets.id, isStale: secrets.isStale };
      const id = `${resolution.contentId} ${secrets.id}`;
      const known = filled.get(id);
      if (known !== undefined) return { content: known, secrets: used };
      const { content, bytes } = contentOf(base.references.fill(sources, referring, secrets), id);
      filled.set(id, content, bytes);
      return { content, secrets: used };
    },
    async outline(resolution, signal) {
      const base = await baseOf(resolution, signal);
      return base.kind === 'whole' ? base.content.sources : withOverrides(base.sources);
    },
  };
}

function tooLarge(limit: number): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_TOO_LARGE',
    `The environment is larger than ${limit} bytes (limits.environment).`,
  );
}
