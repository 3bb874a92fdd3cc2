import { ConfigServerError } from '../core/errors.js';
import type { VaultAuthSettings, VaultSettings } from '../settings/sections/vault.js';
import type { VaultAuth } from '../vault/login.js';
import type { VaultOptions } from '../vault/vault.js';

/** Where a connection is written, as errors say it: `the source "secrets"`. */
export type Written = string;

type Connection = Pick<VaultOptions, 'address' | 'namespace' | 'timeoutMs' | 'ca' | 'certificate' | 'key' | 'auth'>;

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function connectionOf(settings: VaultSettings, written: Written): Connection {
  const { tls } = settings;
  return {
    address: addressOf(settings, written),
    namespace: settings.namespace,
    timeoutMs: settings.timeout,
    ...(tls['ca-certificate'] !== null && { ca: tls['ca-certificate'] }),
    ...(tls.certificate !== null && { certificate: tls.certificate }),
    ...(tls.key !== null && { key: tls.key }),
    auth: authOf(settings, written),
  };
}

/** Whether reads need the token of who asks. */
export function readsAsCaller({ auth }: VaultSettings): boolean {
  return methodOf(auth) === 'caller';
}

export function invalid(written: Written, what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `In ${written}: ${what}.`);
}

function addressOf({ address, scheme, host, port }: VaultSettings, written: Written): URL {
  const isIpv6 = host.includes(':') && !host.startsWith('[');
  const text = address ?? `${scheme}://${isIpv6 ? `[${host}]` : host}:${port}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  // It may have a password, so it is not said.
  throw invalid(
    written,
    'the address of Vault is none; https://vault.example.com:8200 would be taken, without user info',
  );
}

function methodOf({ method, token, ...auth }: VaultAuthSettings): NonNullable<VaultAuthSettings['method']> {
  return method ?? (token === null && auth['token-path'] === null ? 'caller' : 'token');
}

function authOf({ auth, tls }: VaultSettings, written: Written): VaultAuth | null {
  const need = (value: string | null, field: string): string => {
    if (value !== null) return value;
    throw invalid(written, `\`auth.method: ${methodOf(auth)}\` needs \`${field}\``);
  };
  const method = methodOf(auth);
  switch (method) {
    case 'caller':
      return null;
    case 'token':
      return tokenAuth(auth, need, written);
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

function tokenAuth(
  { token, 'token-path': path }: VaultAuthSettings,
  need: (value: string | null, field: string) => string,
  written: Written,
): VaultAuth {
  if (path === null) return { method: 'token', token: need(token, 'auth.token` or `auth.token-path') };
  if (token === null) return { method: 'token-file', path };
  throw invalid(written, '`auth.token` and `auth.token-path` are given; one of them would be taken');
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
