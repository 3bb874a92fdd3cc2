import type { KvVersion } from './kv.js';
import { isVaultPath, vaultPath } from './paths.js';
import type { SecretAddress, SecretStore } from './secret-store.js';
import type { SecretOutcome, SecretPath, Secrets } from './secrets.js';

/** A KV engine. */
export interface KvMount {
  /** Where it is mounted: `team/kv`. */
  readonly path: string;
  readonly version: KvVersion;
}

export interface KvStoreOptions {
  readonly secrets: Secrets;
  readonly mounts: readonly KvMount[];
}

/** The secrets of KV engines; of mounts that stand in each other the longest is asked. */
export function createKvStore({ secrets, mounts }: KvStoreOptions): SecretStore {
  const byLength = mounts.toSorted((left, right) => right.path.length - left.path.length);
  const mountOf = (path: string): KvMount | undefined => byLength.find((mount) => path.startsWith(`${mount.path}/`));
  const placeOf = (at: SecretAddress): SecretPath | undefined => {
    const mount = mountOf(at.path);
    return mount === undefined ? undefined : placeIn(mount, at);
  };
  return {
    holds: (path) => mountOf(path) !== undefined,
    get(at, { caller }, signal) {
      const place = placeOf(at);
      return place === undefined ? Promise.resolve(notTaken) : secrets.get(place, caller, signal);
    },
    peek(at, { caller }) {
      const place = placeOf(at);
      return place === undefined ? undefined : secrets.peek(place, caller);
    },
    get revision() {
      return secrets.revision;
    },
  };
}

const notTaken: SecretOutcome = { kind: 'refused', status: 400 };

/** Undefined where it leads elsewhere than it says, or asks version 1 for what it has not. */
function placeIn({ path: mount, version }: KvMount, { path, pin }: SecretAddress): SecretPath | undefined {
  if (pin !== null && version === 1) return undefined;
  const parts = version === 1 ? [path] : [mount, 'data', path.slice(mount.length + 1)];
  return isVaultPath(path) ? { path: vaultPath(...parts), version, ...(pin !== null && { pin }) } : undefined;
}
