import type { Emit } from '../core/events.js';
import type { LimitSettings } from '../settings/sections/limits.js';
import { vaultHost, type VaultSettings } from '../settings/sections/vault.js';
import { createVault, type Vault } from '../vault/vault.js';
import { connectionOf, type Written } from './vault-connection.js';

/** Who reads secrets: a source, or the section `vault` for references. */
export interface VaultUser {
  /** As events name it. */
  readonly name: string;
  readonly written: Written;
}

/** Vaults by how they are reached: one login, 32 connections and one cache for all who reach it in the same way. */
export interface Vaults {
  /**
   * The Vault that these settings lead to. It is closed when the last of those that it was given to closes theirs.
   * @throws ConfigServerError CONFIG_SETTINGS_INVALID
   */
  open(settings: VaultSettings, user: VaultUser): Vault;
}

export interface VaultsOptions {
  readonly limits: Pick<LimitSettings, 'caches' | 'file'>;
  /** As of a Vault. */
  readonly pollMs?: number;
  readonly emit: Emit;
}

interface Shared {
  readonly vault: Vault;
  readonly users: VaultUser[];
}

const mostConnections = 32;

export function createVaults(options: VaultsOptions): Vaults {
  const all = new Map<string, Shared>();
  return {
    open(settings, user) {
      const key = placeOf(settings);
      const shared = all.get(key) ?? createShared(settings, user, options);
      all.set(key, shared);
      shared.users.push(user);
      let closing: Promise<void> | undefined;
      const leave = async (): Promise<void> => {
        shared.users.splice(shared.users.indexOf(user), 1);
        if (shared.users.length > 0) return;
        all.delete(key);
        await shared.vault.close();
      };
      return { ...shared.vault, close: () => (closing ??= leave()) };
    },
  };
}

/** The Vault of the section `vault`, where that says where one is or who reads; else null. */
export function sectionVault(settings: VaultSettings, vaults: Vaults): Vault | null {
  const { address, host, auth } = settings;
  const written = [address, auth.method, auth.token, auth['token-path']];
  const isWritten = host !== vaultHost || written.some((value) => value !== null);
  return isWritten ? vaults.open(settings, { name: 'vault', written: 'the section `vault`' }) : null;
}

/** Equal texts: the same Vault, the same login, the same times. Never leaves this file, as tokens are in it. */
function placeOf(settings: VaultSettings): string {
  const { address, scheme, host, port, namespace, timeout, tls, auth } = settings;
  const reached = address ?? [scheme, host, port];
  return JSON.stringify([reached, namespace, timeout, tls, auth, settings['time-to-live'], settings['stale-limit']]);
}

function createShared(
  settings: VaultSettings,
  { written }: VaultUser,
  { limits, pollMs = 0, emit }: VaultsOptions,
): Shared {
  const users: VaultUser[] = [];
  let told: string | undefined;
  const vault = createVault({
    ...connectionOf(settings, written),
    maxBytes: limits.file,
    maxConnections: mostConnections,
    pollMs,
    timeToLiveMs: settings['time-to-live'],
    staleLimitMs: settings['stale-limit'],
    cacheBytes: limits.caches / 16,
    onFailure: (reason) => {
      if (told === reason) return;
      told = reason;
      for (const { name } of users)
        emit({ type: 'source-failed', source: name, message: `Vault: ${reason}`, diagnostics: {} });
    },
    onAnswer: () => {
      if (told === undefined) return;
      told = undefined;
      for (const { name } of users) emit({ type: 'source-recovered', source: name });
    },
  });
  vault.secrets.onChange(({ path, kind }) => {
    if (kind !== 'refused') emit({ type: 'secret-rotated', path, isDeleted: kind === 'deleted' });
  });
  return { vault, users };
}
