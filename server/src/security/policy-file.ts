import type { Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { createPolicyAccess, type Access } from './access.js';
import { readGuardedBytes } from './guarded-bytes.js';
import type { Policy } from './policy.js';
import { reloadFile, type ReloadTimes } from './reloaded-file.js';

export interface PolicyFileOptions extends ReloadTimes {
  readonly path: string;
  /** @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_POLICY_INVALID */
  readonly parse: (bytes: Uint8Array) => Policy;
  readonly emit: Emit;
}

/** A policy that is read again when its file changes, whole or not at all. */
export interface PolicyFile {
  readonly access: Access;
  health(): HealthComponent;
  /** Idempotent. */
  close(): void;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_POLICY_INVALID where there is no good policy to begin with */
export async function openPolicyFile(options: PolicyFileOptions): Promise<PolicyFile> {
  const { path, parse, emit } = options;
  const bytes = await readGuardedBytes(path, 'policy');
  const access = createPolicyAccess(parse(bytes));
  const file = reloadFile({
    ...options,
    what: 'policy',
    bytes,
    take: (found) => {
      access.replace(parse(found));
      emit({ type: 'policy-replaced', generation: access.generation });
    },
    onRefuse: (message) => {
      emit({ type: 'policy-refused', message });
    },
  });
  return {
    access,
    health: () => ({ status: 'UP', details: { generation: access.generation, ...file.refused() } }),
    close: () => {
      file.close();
    },
  };
}
