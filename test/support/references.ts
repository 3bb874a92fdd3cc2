import type { CairnEvent } from '#server/core/events.js';
import { createReferencePolicy, type SecretRule } from '#server/secrets/reference-policy.js';
import { createSecretReferences, type SecretReferences } from '#server/secrets/references.js';
import { createSecretPlaces } from '#server/secrets/secret-places.js';
import { recordEvents } from './record-events.js';
import { createFakeSecretStore, type FakeSecretStore } from './secret-store.js';

export interface ReferencesStage {
  readonly references: SecretReferences;
  readonly store: FakeSecretStore;
  readonly events: readonly CairnEvent[];
}

export interface ReferencesStageOptions {
  /** Secrets by absolute path, as JSON; of relative references below `secret/`. */
  readonly has?: Parameters<typeof createFakeSecretStore>[0];
  /** Everything is allowed unless given. */
  readonly allow?: readonly SecretRule[];
  readonly needsCaller?: boolean;
  readonly unresolved?: 'invalid' | 'fail';
}

export const anyRule: SecretRule = { applications: ['**'], profiles: [], paths: ['**'] };

export function stageReferences(options: ReferencesStageOptions = {}): ReferencesStage {
  const store = createFakeSecretStore(options.has);
  const { emit, events } = recordEvents();
  const references = createSecretReferences({
    places: createSecretPlaces({
      stores: [],
      fallback: store,
      backend: 'secret',
      transit: { store: createFakeSecretStore(), mount: 'transit' },
    }),
    policy: createReferencePolicy(options.allow ?? [anyRule]),
    needsCaller: options.needsCaller ?? false,
    unresolved: options.unresolved ?? 'invalid',
    emit,
  });
  return { references, store, events };
}
