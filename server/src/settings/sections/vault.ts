import { z } from 'zod';

import { choice, optionalChoice, optionalText, text } from '../fields.js';
import type { SettingType } from '../facts.js';
import { duration, wholeNumber } from '../quantities.js';

export const vaultMethods = ['caller', 'token', 'app-role', 'kubernetes', 'userpass', 'certificate', 'jwt'] as const;

export interface VaultAuthSettings {
  readonly method: (typeof vaultMethods)[number] | null;
  readonly token: string | null;
  readonly 'token-path': string | null;
  readonly 'app-role': {
    readonly path: string;
    readonly 'role-id': string | null;
    readonly 'secret-id': string | null;
    readonly 'wrapped-secret-id': string | null;
  };
  readonly kubernetes: { readonly path: string; readonly role: string | null; readonly 'token-path': string };
  readonly userpass: { readonly path: string; readonly username: string | null; readonly password: string | null };
  readonly certificate: { readonly path: string; readonly role: string | null };
  readonly jwt: {
    readonly path: string;
    readonly role: string | null;
    readonly token: string | null;
    readonly 'token-path': string | null;
  };
}

/** How a Vault is reached and who asks it. */
export interface VaultSettings {
  readonly address: string | null;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly namespace: string | null;
  readonly timeout: number;
  readonly tls: {
    readonly 'ca-certificate': string | null;
    readonly certificate: string | null;
    readonly key: string | null;
  };
  readonly auth: VaultAuthSettings;
  readonly 'time-to-live': number;
  readonly 'stale-limit': number;
}

/** Where Vault is looked for unless another place is written. */
export const vaultHost = '127.0.0.1';

const reference = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.vault.${name}`],
});
const mountedAt = (method: string, fallback: string, ...names: readonly string[]): SettingType<string> =>
  text({
    default: fallback,
    pattern: /^[\w.-]+(?:\/[\w.-]+)*$/,
    taken: 'a path below `auth/`, without a slash at its ends',
    description: `Where the method ${method} is mounted.`,
    ...(names.length > 0 && { reference: names.map((name) => `spring.cloud.config.server.vault.${name}`) }),
  });

const authSection: SettingType<VaultAuthSettings> = z.strictObject({
  method: optionalChoice({
    choices: vaultMethods,
    description:
      'Who reads: `caller`, the token of each request (`X-Config-Token`); else the server, by this method. Without it `token` where `auth.token` or `auth.token-path` is given, else `caller`.',
    ...reference('authentication'),
  }),
  token: optionalText({ secret: true, description: 'Token of the server.', ...reference('token') }),
  'token-path': optionalText({
    taken: 'the path of a file',
    description:
      'The file with the token of the server, instead of `token`: read again before the token ends and when Vault refuses it, so that an agent of Vault may keep it there.',
  }),
  'app-role': z.strictObject({
    path: mountedAt('AppRole', 'approle', 'app-role.app-role-path'),
    'role-id': optionalText({ secret: true, description: 'Role id of AppRole.', ...reference('app-role.role-id') }),
    'secret-id': optionalText({
      secret: true,
      description: 'Secret id of AppRole; none where the role needs none.',
      ...reference('app-role.secret-id'),
    }),
    'wrapped-secret-id': optionalText({
      secret: true,
      description: 'A wrapping token around the secret id, instead of it: opened once, at the first login.',
    }),
  }),
  kubernetes: z.strictObject({
    path: mountedAt('Kubernetes', 'kubernetes', 'kubernetes.kubernetes-path'),
    role: optionalText({ description: 'Role of the Kubernetes method.', ...reference('kubernetes.role') }),
    'token-path': text({
      default: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      taken: 'the path of a file',
      description: 'The token of the service account; read at each login.',
      ...reference('kubernetes.service-account-token-file'),
    }),
  }),
  userpass: z.strictObject({
    path: mountedAt('userpass', 'userpass'),
    username: optionalText({ description: 'User name of the userpass method.' }),
    password: optionalText({ secret: true, description: 'Password of the userpass method.' }),
  }),
  certificate: z.strictObject({
    path: mountedAt('TLS certificate', 'cert', 'ssl.cert-auth-path'),
    role: optionalText({ description: 'Role of the TLS certificate method; none: the one that fits.' }),
  }),
  jwt: z.strictObject({
    path: mountedAt('JWT', 'jwt'),
    role: optionalText({ description: 'Role of the JWT method; none: its default role.' }),
    token: optionalText({ secret: true, description: 'JSON Web Token of the server.' }),
    'token-path': optionalText({
      taken: 'the path of a file',
      description: 'The file with the JSON Web Token, read at each login; instead of `token`.',
    }),
  }),
});

export const vaultFields: { readonly [K in keyof VaultSettings]: SettingType<VaultSettings[K]> } = {
  address: optionalText({
    taken: 'an address such as https://vault.example.com:8200',
    description: 'Where Vault is; wins over `scheme`, `host` and `port`.',
  }),
  scheme: choice({
    default: 'http',
    choices: ['http', 'https'],
    description: 'Scheme of the address. Over `http` tokens and secrets are sent in clear.',
    ...reference('scheme'),
  }),
  host: text({
    default: vaultHost,
    taken: 'a host name or IP address',
    description: 'Host of Vault.',
    ...reference('host'),
  }),
  port: wholeNumber({ default: 8200, min: 1, max: 65535, description: 'Port of Vault.', ...reference('port') }),
  namespace: optionalText({
    description: 'Namespace of Vault, sent as `X-Vault-Namespace`.',
    ...reference('namespace'),
  }),
  timeout: duration({
    default: '5s',
    description: 'How long an exchange with Vault may take.',
    ...reference('timeout'),
  }),
  tls: z.strictObject({
    'ca-certificate': optionalText({
      taken: 'certificates in PEM form',
      description:
        'Certificates of the authorities trusted for Vault instead of the usual ones; mostly given as `ca-certificate-file`.',
    }),
    certificate: optionalText({
      taken: 'a certificate in PEM form',
      description: 'Client certificate shown to Vault, with its chain; mostly given as `certificate-file`.',
    }),
    key: optionalText({
      secret: true,
      taken: 'a private key in PEM form',
      description: 'Key of the client certificate; mostly given as `key-file`.',
    }),
  }),
  auth: authSection,
  'time-to-live': duration({
    default: '60s',
    min: 0,
    description: 'How long a secret is served without a look at Vault.',
  }),
  'stale-limit': duration({
    default: '10m',
    min: 0,
    description: 'How much longer a secret is served, marked as stale, while Vault does not answer.',
  }),
};

export const vaultSection: SettingType<VaultSettings> = z.strictObject(vaultFields);
