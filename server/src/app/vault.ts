import type { Backend } from '../backends/backend.js';
import { createVaultBackend } from '../backends/vault/vault-backend.js';
import { ConfigServerError, isConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { Settings } from '../settings/schema.js';
import type { SourceSettings, VaultSourceSettings } from '../settings/sections/sources.js';
import type { VaultAuthSettings, VaultSettings } from '../settings/sections/vault.js';
import type { VaultAuth } from '../vault/login.js';
import { vaultPath } from '../vault/paths.js';
import { createVault, type Vault } from '../vault/vault.js';

const mostConnections = 32;

/** Whether the source needs the token of who asks. */
export function readsAsCaller(source: SourceSettings): boolean {
  return source.type === 'vault' && methodOf(source.auth) === 'caller';
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function vaultBackend(source: VaultSourceSettings, settings: Settings, emit: Emit): Backend {
  const mount = pathText(source.backend);
  const pathToKey = pathText(source['path-to-key'] ?? '');
  requirePath(source.name, mount, pathToKey);
  return createVaultBackend({
    name: source.name,
    vault: vaultOf(source, settings, emit),
    mount,
    pathToKey,
    kvVersion: source['kv-version'] === 2 ? 2 : 1,
    fullKeyPath: source['full-key-path'],
    defaultKey: source['default-key'],
    profileSeparator: source['profile-separator'],
    enableLabel: source['enable-label'],
    defaultLabel: source['default-label'],
    cacheBytes: settings.limits.caches / 32,
  });
}

function vaultOf(source: VaultSourceSettings, { limits }: Settings, emit: Emit): Vault {
  const { tls } = source;
  let told: string | undefined;
  return createVault({
    address: addressOf(source),
    namespace: source.namespace,
    timeoutMs: source.timeout,
    maxBytes: limits.file,
    maxConnections: mostConnections,
    ...(tls['ca-certificate'] !== null && { ca: tls['ca-certificate'] }),
    ...(tls.certificate !== null && { certificate: tls.certificate }),
    ...(tls.key !== null && { key: tls.key }),
    auth: authOf(source),
    timeToLiveMs: source['time-to-live'],
    staleLimitMs: source['stale-limit'],
    cacheBytes: limits.caches / 32,
    onFailure: (reason) => {
      if (told !== reason)
        emit({ type: 'source-failed', source: source.name, message: `Vault: ${reason}`, diagnostics: {} });
      told = reason;
    },
    onAnswer: () => {
      if (told !== undefined) emit({ type: 'source-recovered', source: source.name });
      told = undefined;
    },
  });
}

function addressOf({ address, scheme, host, port, name }: VaultSourceSettings): URL {
  const isIpv6 = host.includes(':') && !host.startsWith('[');
  const text = address ?? `${scheme}://${isIpv6 ? `[${host}]` : host}:${port}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  // It may have a password, so it is not said.
  throw invalid(name, 'the address of Vault is none; https://vault.example.com:8200 would be taken, without user info');
}

function methodOf({ method, token }: VaultAuthSettings): NonNullable<VaultAuthSettings['method']> {
  return method ?? (token === null ? 'caller' : 'token');
}

function authOf({ name, auth, tls }: VaultSettings & { readonly name: string }): VaultAuth | null {
  const need = (value: string | null, field: string): string => {
    if (value !== null) return value;
    throw invalid(name, `\`auth.method: ${methodOf(auth)}\` needs \`${field}\``);
  };
  const method = methodOf(auth);
  switch (method) {
    case 'caller':
      return null;
    case 'token':
      return { method, token: need(auth.token, 'auth.token') };
    case 'app-role':
      return appRole(auth['app-role'], need);
    case 'kubernetes': {
      const { path, role, 'token-path': tokenPath } = auth.kubernetes;
      return { method, path, role: need(role, 'auth.kubernetes.role'), tokenPath };
    }
    case 'userpass': {
      const { path, username, password } = auth.userpass;
      return {
        method,
        path,
        username: need(username, 'auth.userpass.username'),
        password: need(password, 'auth.userpass.password'),
      };
    }
    case 'certificate':
      need(tls.certificate, 'tls.certificate');
      need(tls.key, 'tls.key');
      return { method, ...auth.certificate };
    case 'jwt': {
      const { path, role, token, 'token-path': tokenPath } = auth.jwt;
      if (tokenPath === null) need(token, 'auth.jwt.token` or `auth.jwt.token-path');
      return { method, path, role, token, tokenPath };
    }
  }
}

function appRole(
  settings: VaultAuthSettings['app-role'],
  need: (value: string | null, field: string) => string,
): VaultAuth {
  return {
    method: 'app-role',
    path: settings.path,
    roleId: need(settings['role-id'], 'auth.app-role.role-id'),
    secretId: settings['secret-id'],
    wrappedSecretId: settings['wrapped-secret-id'],
  };
}

function pathText(written: string): string {
  return written.replace(/^\/|\/$/g, '');
}

function requirePath(name: string, mount: string, pathToKey: string): void {
  try {
    if (mount === '') throw invalid(name, '`backend` is empty');
    vaultPath(mount, pathToKey);
  } catch (error) {
    throw isConfigServerError(error, 'CONFIG_NAME_INVALID') ? invalid(name, error.message) : error;
  }
}

function invalid(name: string, what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `In the source "${name}": ${what}.`);
}
