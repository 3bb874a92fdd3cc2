import type { SecretReference, TransitText } from '../core/secret-references.js';
import { isVaultPath } from '../vault/paths.js';
import type { SecretAddress, SecretStore } from '../vault/secret-store.js';

export interface SecretPlacesOptions {
  /** Asked in their order. */
  readonly stores: readonly SecretStore[];
  /** Of what no other store holds. */
  readonly fallback: SecretStore;
  /** The mount that stands before such paths: `secret`. */
  readonly backend: string;
  /** What decrypts, and the mount that stands before its keys: `transit`. */
  readonly transit: { readonly store: SecretStore; readonly mount: string };
}

/** Where references lead. */
export interface SecretPlaces {
  /** The address of a reference; null where its path leads elsewhere than it says. */
  locate(reference: SecretReference): SecretAddress | null;
  /** The address of an encrypted text; null where its key is none. */
  locateSealed(sealed: TransitText): SecretAddress | null;
  storeOf(address: SecretAddress): SecretStore;
  /** Moves with that of any store. */
  readonly revision: number;
}

export function createSecretPlaces({ stores, fallback, backend, transit }: SecretPlacesOptions): SecretPlaces {
  const holder = (path: string): SecretStore | undefined => stores.find((store) => store.holds(path));
  return {
    locate({ path, pin }) {
      const full = holder(path) === undefined ? `${backend}/${path}` : path;
      return isVaultPath(full) ? { path: full, pin } : null;
    },
    locateSealed({ key, ciphertext }) {
      const path = `${transit.mount}/${key}`;
      return isVaultPath(path) ? { path, pin: null, ciphertext } : null;
    },
    storeOf: ({ path, ciphertext }) => (ciphertext === undefined ? (holder(path) ?? fallback) : transit.store),
    get revision() {
      return stores.reduce((sum, store) => sum + store.revision, fallback.revision + transit.store.revision);
    },
  };
}
