import type { Emit } from '../core/events.js';
import { createReferencePolicy } from '../secrets/reference-policy.js';
import { createSecretReferences, type SecretReferences } from '../secrets/references.js';
import { createSecretPlaces } from '../secrets/secret-places.js';
import type { SecretsSettings } from '../settings/sections/secrets.js';
import { createDynamicStore } from '../vault/dynamic-store.js';
import { createKvStore } from '../vault/kv-store.js';
import type { KvVersion } from '../vault/kv.js';
import type { Vault } from '../vault/vault.js';
import type { DynamicSecrets } from './dynamic-secrets.js';

export interface ReferencesOptions {
  readonly settings: SecretsSettings;
  /** The Vault of the section `vault`; null: there is none. */
  readonly vault: Vault | null;
  readonly dynamicSecrets: DynamicSecrets | null;
  readonly emit: Emit;
}

/** What resolves references, where there is a Vault that they lead to; else null, and they go out as they are. */
export function referencesOf({ settings, vault, dynamicSecrets, emit }: ReferencesOptions): SecretReferences | null {
  if (vault === null || !settings.resolve) return null;
  const { secrets } = vault;
  const { backend } = settings;
  const mounts = settings.mounts.map((mount) => ({ path: mount.path, version: kvVersion(mount['kv-version']) }));
  const fallback = createKvStore({ secrets, mounts: [{ path: backend, version: kvVersion(settings['kv-version']) }] });
  const dynamic = dynamicSecrets === null ? [] : [createDynamicStore(dynamicSecrets)];
  const stores = [...dynamic, createKvStore({ secrets, mounts })];
  const transit = { mount: settings.transit, store: vault.transit(settings.transit) };
  return createSecretReferences({
    places: createSecretPlaces({ stores, fallback, backend, transit }),
    policy: createReferencePolicy(settings.allow),
    needsCaller: vault.needsCaller,
    unresolved: settings.unresolved,
    emit,
  });
}

function kvVersion(version: number): KvVersion {
  return version === 2 ? 2 : 1;
}
