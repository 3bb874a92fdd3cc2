import type { Convert, NamedSetting } from './named-setting.js';
import { uniformName } from './relaxed.js';

/** The types of sources that there are here. */
export type SourceType = 'git' | 'native' | 'vault';

/** What the properties of one place in the reference's names set, relative to that place and to the setting's section. */
export interface PropertyTable {
  /** By uniform name. */
  readonly settings: ReadonlyMap<string, NamedSetting>;
  /** Uniform name → what the property means here, where it sets nothing. */
  readonly notices: ReadonlyMap<string, string>;
}

const same = (name: string): NamedSetting => ({ name, to: name });

/** Whole seconds; none or less: our default, or never where that is a choice. */
const seconds =
  (negative: string | undefined): Convert =>
  (text) => {
    const count = Number(text);
    if (count < 0) return negative;
    return count === 0 ? undefined : `${count}s`;
  };

const proxySettings = (scheme: string): readonly NamedSetting[] => [
  ...['host', 'port', 'username', 'password'].map((part) => same(`proxy.${scheme}.${part}`)),
  {
    name: `proxy.${scheme}.non-proxy-hosts`,
    to: `proxy.${scheme}.no-proxy`,
    // Java separates hosts by `|`.
    convert: (text) => text.replaceAll('|', ','),
  },
];

const sshSettings: readonly NamedSetting[] = [
  ...[
    'private-key',
    'passphrase',
    'known-hosts',
    'known-hosts-file',
    'host-key',
    'host-key-algorithm',
    'strict-host-key-checking',
    'preferred-authentications',
  ].map((name): NamedSetting => ({ name, to: `ssh.${name}` })),
  { name: 'ignore-local-ssh-settings', to: 'ssh.ignore-local-settings' },
];

/** Of a git source, and of each of its repositories. */
const gitSettings: readonly NamedSetting[] = [
  ...['uri', 'default-label', 'try-master-branch', 'continue-on-multiple-label-failure', 'search-paths'].map(same),
  { name: 'username', to: 'credentials.username' },
  { name: 'password', to: 'credentials.password' },
  { name: 'timeout', to: 'timeout', convert: seconds(undefined), taken: 'whole seconds' },
  {
    name: 'refresh-rate',
    to: 'refresh-interval',
    convert: seconds('never'),
    taken: 'whole seconds, below 0 for never',
  },
  same('delete-untracked-branches'),
  { name: 'skip-ssl-validation', to: 'skip-tls-verification' },
  ...['http', 'https'].flatMap(proxySettings),
  ...sshSettings,
];

const gitNotices: readonly (readonly [string, string])[] = [
  ['force-pull', 'a mirror always follows its remote'],
  ['clone-submodules', 'submodules are not served'],
];

function table(settings: readonly NamedSetting[], notices: readonly (readonly [string, string])[]): PropertyTable {
  return {
    settings: new Map(settings.map((setting) => [uniformName(setting.name), setting])),
    notices: new Map(notices.map(([name, why]) => [uniformName(name), why])),
  };
}

const vaultMethods = new Map([
  ['APPROLE', 'app-role'],
  ['CERT', 'certificate'],
]);

const vaultKeySettings: readonly NamedSetting[] = [
  'backend',
  'kv-version',
  'default-key',
  'profile-separator',
  'path-to-key',
  'full-key-path',
  'enable-label',
  'default-label',
].map(same);

const vaultConnectionSettings: readonly NamedSetting[] = [
  ...['scheme', 'host', 'port', 'namespace'].map(same),
  { name: 'timeout', to: 'timeout', convert: seconds(undefined), taken: 'whole seconds' },
  { name: 'token', to: 'auth.token' },
  {
    name: 'authentication',
    to: 'auth.method',
    convert: (text) => vaultMethods.get(text.trim().toUpperCase()) ?? text,
    taken: 'one of TOKEN, APPROLE, KUBERNETES, CERT',
  },
  { name: 'app-role.role-id', to: 'auth.app-role.role-id' },
  { name: 'app-role.secret-id', to: 'auth.app-role.secret-id' },
  { name: 'app-role.app-role-path', to: 'auth.app-role.path' },
  { name: 'kubernetes.role', to: 'auth.kubernetes.role' },
  { name: 'kubernetes.kubernetes-path', to: 'auth.kubernetes.path' },
  { name: 'kubernetes.service-account-token-file', to: 'auth.kubernetes.token-path' },
  { name: 'ssl.cert-auth-path', to: 'auth.certificate.path' },
];

const vaultSettings: readonly NamedSetting[] = [...vaultKeySettings, ...vaultConnectionSettings];

/** What the properties of the single source of Vault say of references, which the reference server reads from there. */
export const referencesTable: PropertyTable = table(
  [
    ...vaultConnectionSettings.map((setting) => ({ ...setting, to: `vault.${setting.to}`, isGlobal: true })),
    ...['backend', 'kv-version'].map((name) => ({ name, to: `secrets.${name}`, isGlobal: true })),
  ],
  [],
);

export const sourceTables: Readonly<Record<SourceType, PropertyTable>> = {
  git: table(
    [...gitSettings, { name: 'basedir', to: 'data-directory', isGlobal: true }],
    [...gitNotices, ['clone-on-start', 'a mirror is always made at start; readiness is down until then']],
  ),
  native: table(['search-locations', 'add-label-locations', 'default-label', 'version'].map(same), [
    ['fail-on-error', 'a broken file is always an error, and a folder that is not there is empty'],
  ]),
  vault: table(vaultSettings, [
    ['skip-ssl-validation', 'the certificate of Vault is always checked; give its authority as tls.ca-certificate'],
  ]),
};

export const repositoryTable: PropertyTable = table(
  [...gitSettings, ...['name', 'pattern'].map(same)],
  [
    ...gitNotices,
    ['clone-on-start', 'repositories without placeholders in their URI are opened at start'],
    ['basedir', 'all mirrors are in the data directory'],
  ],
);
