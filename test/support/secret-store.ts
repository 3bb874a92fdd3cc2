import type { TreeMap } from 'cairn-config-client/values';
import { readJson } from '#server/core/read-json.js';
import type { SecretAddress, SecretAsker, SecretStore } from '#server/vault/secret-store.js';
import type { SecretOutcome } from '#server/vault/secrets.js';

/** A store of our own seam: has what a test says, by absolute path, and counts what it is asked. */
export interface FakeSecretStore extends SecretStore {
  /** `<caller's id or server> <path>[?version]`, in the order of `get`. */
  readonly asked: readonly string[];
  /** How often `peek` was called. */
  readonly peeks: number;
  /** Replaces a secret: values as JSON, or another outcome. */
  put(path: string, has: string | SecretOutcome): void;
  /** Secrets need a look at Vault from this time on. */
  until: number;
}

export function createFakeSecretStore(has: Readonly<Record<string, string | SecretOutcome>> = {}): FakeSecretStore {
  const secrets = new Map<string, SecretOutcome>();
  const asked: string[] = [];
  let [revision, peeks] = [0, 0];
  const find = ({ path }: SecretAddress): SecretOutcome =>
    secrets.get(path) ?? { kind: 'secret', secret: { values: null, id: '' } };
  const store: FakeSecretStore = {
    asked,
    until: Infinity,
    get peeks() {
      return peeks;
    },
    get revision() {
      return revision;
    },
    put(path, next) {
      revision += 1;
      secrets.set(path, typeof next === 'string' ? secretOf(next) : next);
    },
    holds: (path) => [...secrets.keys()].includes(path),
    get(at: SecretAddress, { caller }: SecretAsker) {
      asked.push(`${caller?.id ?? 'server'} ${at.path}${at.pin === null ? '' : `?${at.pin}`}`);
      return Promise.resolve(find(at));
    },
    peek(at) {
      peeks += 1;
      const outcome = find(at);
      if (outcome.kind !== 'secret' || outcome.isStale === true) return undefined;
      return { ...outcome.secret, until: store.until };
    },
  };
  for (const [path, one] of Object.entries(has)) store.put(path, one);
  return store;
}

/** The outcome for a secret with these values (JSON of a map). */
export function secretOf(json: string): Extract<SecretOutcome, { kind: 'secret' }> {
  return { kind: 'secret', secret: { values: readJson(json) as TreeMap, id: `id of ${json}` } };
}
