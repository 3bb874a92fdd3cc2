/**
 * References of values and texts to secrets of Vault: found once, allowed by policy, read in one batch, put in. May import
 * core and vault.
 */
import { randomBytes } from 'node:crypto';
import type { PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import type { Emit, UnresolvedSecret } from '../core/events.js';
import type { Query } from '../core/query.js';
import type { SecretAsker } from '../vault/secret-store.js';
import { fillPart, fillSource } from './fill-secrets.js';
import { createSecretReader, type FreshSecrets, type ReadSecrets } from './read-secrets.js';
import type { ReferencePolicy } from './reference-policy.js';
import { createPolicyCheck } from './policy-check.js';
import { placeText, referringSources, referringText, type Referring, type ReferringText } from './referring.js';
import type { SecretPlaces } from './secret-places.js';

export interface SecretReferencesOptions {
  readonly places: SecretPlaces;
  readonly policy: ReferencePolicy;
  /** Whether secrets are read with the token of who asks. */
  readonly needsCaller: boolean;
  /** What a reference that leads to nothing comes to: `invalid.<key>`, or an error. */
  readonly unresolved: 'invalid' | 'fail';
  readonly emit: Emit;
}

/** A text in which marks stand for secrets, so that nothing that is done to the text is done to them. */
export interface HeldText {
  readonly text: string;
  readonly isStale: boolean;
  /** `text`, whatever became of it, with the secrets put in. */
  release(text: string): string;
}

export interface SecretReferences {
  /** What `sources` refer to; undefined where there is nothing. @throws ConfigServerError CONFIG_TOO_LARGE */
  find(sources: readonly PropertySource[]): Referring | undefined;
  /**
   * The secrets for `query`, each path read once.
   * @throws ConfigServerError CONFIG_SECRET_FORBIDDEN before anything is read, CONFIG_TOKEN_MISSING, CONFIG_INSTANCE_MISSING,
   * CONFIG_SECRET_UNRESOLVED
   */
  read(referring: Referring, query: Query, signal: AbortSignal): Promise<ReadSecrets>;
  /** What `read` would give, where all of it is allowed and here; undefined where not. Synchronous. */
  peek(referring: Referring, query: Query): FreshSecrets | undefined;
  /**
   * `sources` with their secrets.
   * @throws ConfigServerError CONFIG_SECRET_UNRESOLVED, and CONFIG_FORBIDDEN for a caller, where what leads to nothing is an error
   */
  fill(sources: readonly PropertySource[], referring: Referring, secrets: ReadSecrets): readonly PropertySource[];
  /**
   * The text of the file `path` with its secrets read; undefined where it refers to none.
   * @throws ConfigServerError as `read`, and as `fill` for what leads to nothing, always
   */
  hold(path: string, text: string, query: Query, signal: AbortSignal): Promise<HeldText | undefined>;
  /** While it stays, and the time of `peek` has not come, `peek` gives the same. */
  readonly revision: number;
}

const toldSecrets = 20;

export function createSecretReferences(options: SecretReferencesOptions): SecretReferences {
  const { places, emit } = options;
  const reader = createSecretReader(places);
  const check = createPolicyCheck(options);
  const tell = (propertySource: string, unresolved: readonly UnresolvedSecret[]): void => {
    if (unresolved.length === 0) return;
    const secrets = unresolved.slice(0, toldSecrets);
    emit({ type: 'secrets-unresolved', propertySource, secrets, count: unresolved.length });
  };
  const read = async (referring: Referring, query: Query, signal: AbortSignal): Promise<ReadSecrets> => {
    check.require(referring, query);
    return reader.read(referring, askerOf(query, options), signal);
  };
  return {
    find: (sources) => referringSources(sources, places),
    read,
    peek(referring, query) {
      if (!check.allows(referring, query) || (options.needsCaller && query.token === undefined)) return undefined;
      return reader.peek(referring, askerOf(query, options));
    },
    fill(sources, { values }, secrets) {
      const filled = sources.map((source, i) => fillSource(source, values[i] ?? new Map(), secrets));
      for (const { source, unresolved } of filled) {
        tell(source.name, unresolved);
        const [first] = unresolved;
        if (first !== undefined && options.unresolved === 'fail') throw unresolvedError(source.name, first, options);
      }
      return filled.map(({ source }) => source);
    },
    async hold(path, text, query, signal) {
      const referring = referringText(path, text, places);
      if (referring === undefined) return undefined;
      return heldText(referring, await read(referring, query, signal), (unresolved) => {
        tell(path, [unresolved]);
        return unresolvedError(path, unresolved, options);
      });
    },
    get revision() {
      return places.revision;
    },
  };
}

function askerOf(query: Query, { needsCaller }: SecretReferencesOptions): SecretAsker {
  const { name: application, profileText: profile, instance = null } = query;
  if (!needsCaller) return { caller: null, application, profile, instance };
  if (query.token !== undefined) return { caller: query.token, application, profile, instance };
  throw new ConfigServerError(
    'CONFIG_TOKEN_MISSING',
    'Secrets are read with the token of who asks, and the request has no header X-Config-Token.',
  );
}

function heldText(
  { parts }: ReferringText,
  secrets: ReadSecrets,
  refuse: (unresolved: UnresolvedSecret) => ConfigServerError,
): HeldText {
  const mark = `secret${randomBytes(24).toString('hex')}x`;
  const texts: string[] = [];
  let text = '';
  for (const part of parts) {
    const filled = fillPart(part, secrets);
    if (typeof filled !== 'string') throw refuse({ key: null, ...filled });
    if (typeof part === 'string') text += part;
    else text += `${mark}${String(texts.push(filled) - 1)}x`;
  }
  const marks = new RegExp(`${mark}(\\d+)x`, 'g');
  return {
    text,
    isStale: secrets.isStale,
    release: (made) => made.replaceAll(marks, (_mark, index: string) => texts[Number(index)] ?? ''),
  };
}

const reasons: Readonly<Record<UnresolvedSecret['reason'], string>> = {
  malformed: 'the reference has a form that is not taken; ${vault:path#key} and {transit:key}vault:v1:… would be',
  missing: 'Vault has no such secret, or none of that key',
  refused: 'Vault does not let it be read',
  unusable: 'Vault cannot decrypt it, or what it answers cannot be taken',
};

function unresolvedError(
  place: string,
  { key, reason }: UnresolvedSecret,
  { needsCaller }: Pick<SecretReferencesOptions, 'needsCaller'>,
): ConfigServerError {
  const what = placeText({ place, key });
  if (needsCaller && reason === 'refused')
    return new ConfigServerError(
      'CONFIG_FORBIDDEN',
      `Vault does not let the token of the request (X-Config-Token) read the secret of ${what}.`,
    );
  return new ConfigServerError('CONFIG_SECRET_UNRESOLVED', `The secret of ${what} cannot be had: ${reasons[reason]}.`);
}
