import { createHash } from 'node:crypto';
import type { TreeMap } from 'cairn-config-client/values';
import { ConfigServerError } from '../core/errors.js';
import type { SecretAddress, SecretAsker, StoreOutcome } from '../vault/secret-store.js';
import type { Secret } from '../vault/secrets.js';
import { addressKey, placeText, type Referring } from './referring.js';
import type { SecretPlaces } from './secret-places.js';

/** Who asks may not read it, or what Vault says cannot be taken. */
type Refusal = { readonly kind: 'refused' } | { readonly kind: 'unusable' };

/** What Vault has at an address. */
export type FoundSecret =
  { readonly kind: 'values'; readonly values: TreeMap } | { readonly kind: 'missing' } | Refusal;

/** All secrets of an environment as they were read together. */
export interface ReadSecrets {
  find(address: SecretAddress): FoundSecret;
  /** Equal ids mean equal secrets; made of keyed ones, so that it tells nothing. */
  readonly id: string;
  /** Whether one of them is past its time, because Vault does not answer. */
  readonly isStale: boolean;
}

/** What `peek` finds: the id that a read would have, before `until` (milliseconds since the epoch). */
export interface FreshSecrets {
  readonly id: string;
  readonly until: number;
}

export interface SecretReader {
  /**
   * Everything that is referred to, each address once, all at the same time.
   * @throws ConfigServerError CONFIG_SECRET_UNRESOLVED where Vault does not answer and nothing is kept
   */
  read(referring: Referring, asker: SecretAsker, signal: AbortSignal): Promise<ReadSecrets>;
  /** Undefined where one of them needs a look at Vault. Synchronous. */
  peek(referring: Referring, asker: SecretAsker): FreshSecrets | undefined;
}

interface One {
  readonly found: FoundSecret;
  readonly id: string;
  readonly isStale: boolean;
}

/** Vault does not answer; `reason` is public. */
interface Silence {
  readonly reason: string;
}

export function createSecretReader(places: SecretPlaces): SecretReader {
  const readOne = async (address: SecretAddress, asker: SecretAsker, signal: AbortSignal): Promise<One | Silence> =>
    oneOf(await places.storeOf(address).get(address, asker, signal));

  return {
    async read(referring, asker, signal) {
      const { addresses } = referring;
      // All come to their end, so that those that were read are there for the next request.
      const all = await Promise.all(addresses.map((address) => readOne(address, asker, signal)));
      signal.throwIfAborted();
      const found = new Map<string, FoundSecret>();
      const ids: string[] = [];
      let isStale = false;
      for (const [i, address] of addresses.entries()) {
        const one = all[i] ?? nothing;
        if ('reason' in one) throw silent(referring, address, one);
        found.set(addressKey(address), one.found);
        ids.push(one.id);
        isStale ||= one.isStale;
      }
      return { find: (address) => found.get(addressKey(address)) ?? nothing.found, id: joinedId(ids), isStale };
    },
    peek({ addresses }, asker) {
      const ids: string[] = [];
      let until = Infinity;
      for (const address of addresses) {
        const secret = places.storeOf(address).peek(address, asker);
        if (secret === undefined) return undefined;
        ids.push(idOf(secret));
        until = Math.min(until, secret.until);
      }
      return { id: joinedId(ids), until };
    },
  };
}

const nothing: One = { found: { kind: 'missing' }, id: 'missing', isStale: false };

function oneOf(outcome: StoreOutcome): One | Silence {
  switch (outcome.kind) {
    case 'secret': {
      const { secret, isStale = false } = outcome;
      const { values } = secret;
      return { found: values === null ? nothing.found : { kind: 'values', values }, id: idOf(secret), isStale };
    }
    case 'refused':
    case 'unusable':
      return { found: { kind: outcome.kind }, id: outcome.kind, isStale: false };
    case 'unavailable':
      return { reason: `Vault cannot be read: ${outcome.reason}` };
    case 'exhausted':
      return { reason: outcome.reason };
  }
}

function idOf({ id, values }: Secret): string {
  return values === null ? nothing.id : id;
}

function joinedId(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join('\n')).digest('hex');
}

function silent({ mentions }: Referring, address: SecretAddress, { reason }: Silence): ConfigServerError {
  const mention = mentions.find((one) => addressKey(one.address) === addressKey(address));
  const what = mention === undefined ? 'A secret' : `The secret of ${placeText(mention)}`;
  return new ConfigServerError('CONFIG_SECRET_UNRESOLVED', `${what} cannot be had: ${reason}.`);
}
