import type { Backend } from '../backends/backend.js';
import { createVaultBackend } from '../backends/vault/vault-backend.js';
import { isConfigServerError } from '../core/errors.js';
import type { Settings } from '../settings/schema.js';
import type { VaultSourceSettings } from '../settings/sections/sources.js';
import { vaultPath } from '../vault/paths.js';
import { invalid, type Written } from './vault-connection.js';
import type { Vaults } from './vaults.js';

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function vaultBackend(source: VaultSourceSettings, { limits }: Settings, vaults: Vaults): Backend {
  const { name } = source;
  const written = `the source "${name}"`;
  const mount = pathText(source.backend);
  const pathToKey = pathText(source['path-to-key'] ?? '');
  requirePath(written, mount, pathToKey);
  return createVaultBackend({
    name,
    vault: vaults.open(source, { name, written }),
    mount,
    pathToKey,
    kvVersion: source['kv-version'] === 2 ? 2 : 1,
    fullKeyPath: source['full-key-path'],
    defaultKey: source['default-key'],
    profileSeparator: source['profile-separator'],
    enableLabel: source['enable-label'],
    defaultLabel: source['default-label'],
    cacheBytes: limits.caches / 32,
  });
}

function pathText(written: string): string {
  return written.replace(/^\/|\/$/g, '');
}

function requirePath(written: Written, mount: string, pathToKey: string): void {
  try {
    if (mount === '') throw invalid(written, '`backend` is empty');
    vaultPath(mount, pathToKey);
  } catch (error) {
    throw isConfigServerError(error, 'CONFIG_NAME_INVALID') ? invalid(written, error.message) : error;
  }
}
