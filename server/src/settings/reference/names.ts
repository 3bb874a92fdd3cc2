import type { NamedSetting } from './named-setting.js';
import { roleNames } from '../sections/roles.js';
import { uniformName } from './relaxed.js';
import { tlsNames, tlsSettings } from './tls-names.js';

const server = 'spring.cloud.config.server';

const encrypt = (name: string): NamedSetting => ({ name: `encrypt.${name}`, to: `encryption.${name}` });

const webhookHosts = ['github', 'gitlab', 'bitbucket', 'gitea', 'gitee', 'gogs'];

const webhookSettings = (host: string): NamedSetting[] => [
  { name: `${server}.monitor.${host}.enabled`, to: `webhooks.${host}.enabled` },
  { name: `${server}.monitor.${host}.webhook-secret`, to: `webhooks.${host}.secret` },
  { name: `${server}.monitor.${host}.validation-enabled`, to: `webhooks.${host}.verify` },
];

const logLevels = new Map([
  ['off', 'silent'],
  ['fatal', 'error'],
]);

/** The reference looks at no roles; ours are taken where they are written, in any letters and with `ROLE_`. */
const knownRoles = (text: string): string | undefined => {
  const names = text.split(',').map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/^role_/, ''),
  );
  const known = names.filter((name) => roleNames.some((role) => role === name));
  return known.length === 0 ? undefined : known.join(',');
};

const encryptionNames: readonly NamedSetting[] = [
  ...['key', 'salt', 'key-store.location', 'key-store.password', 'key-store.alias', 'key-store.secret'].map(encrypt),
  ...['rsa.algorithm', 'rsa.strong', 'rsa.salt', 'fail-on-error'].map(encrypt),
  { name: `${server}.encrypt.enabled`, to: 'encryption.enabled' },
  { name: `${server}.encrypt.plain-text-encrypt`, to: 'encryption.plain-text' },
  { name: `${server}.encrypt.prefix-invalid-properties`, to: 'encryption.prefix-invalid' },
];

const settings: readonly NamedSetting[] = [
  { name: 'server.port', to: 'server.port' },
  { name: 'server.address', to: 'server.host' },
  { name: 'management.server.port', to: 'server.management-port' },
  { name: 'management.server.address', to: 'server.management-host' },
  { name: 'management.server.ssl.enabled', to: 'server.management-tls' },
  { name: 'server.http2.enabled', to: 'server.http2' },
  { name: 'server.tomcat.max-connections', to: 'server.connections' },
  { name: 'spring.lifecycle.timeout-per-shutdown-phase', to: 'server.shutdown-timeout' },
  { name: 'spring.profiles.validate', to: 'serving.validate-profiles' },
  {
    name: 'logging.level.root',
    to: 'observability.log.level',
    convert: (text) => logLevels.get(text.toLowerCase()) ?? text,
  },
  {
    name: `${server}.prefix`,
    to: 'server.prefix',
    convert: (text) => text.replace(/^\/?(?=.)/, '/').replace(/\/$/, ''),
  },
  { name: `${server}.accept-empty`, to: 'serving.accept-empty' },
  { name: `${server}.fail-on-composite-error`, to: 'serving.fail-on-composite-error' },
  { name: `${server}.default-label`, to: 'serving.default-label' },
  { name: `${server}.default-application-name`, to: 'serving.default-application' },
  { name: `${server}.default-profile`, to: 'serving.default-profile' },
  { name: `${server}.strip-document-from-yaml`, to: 'serving.strip-document' },
  { name: `${server}.reverse-location-order`, to: 'serving.reverse-location-order' },
  { name: `${server}.health.enabled`, to: 'health.enabled' },
  { name: `${server}.health.accept-empty`, to: 'health.accept-empty' },
  { name: `${server}.health.down-health-status`, to: 'health.down-status' },
  { name: 'spring.security.user.name', to: 'security.user.name' },
  {
    name: 'spring.security.user.password',
    to: 'security.user.password',
    convert: (text) => text.replace(/^\{noop\}/, ''),
  },
  { name: 'spring.security.user.roles', to: 'security.user.roles', convert: knownRoles },
  ...encryptionNames,
  ...tlsSettings,
  { name: `${server}.monitor.endpoint.path`, to: 'webhooks.path' },
  {
    name: 'spring.cloud.config.monitor.endpoint.path',
    to: 'webhooks.path',
    // The older name has what comes before `/monitor`.
    convert: (text) => `${text.replace(/^\/?(?=.)/, '/').replace(/\/$/, '')}/monitor`,
  },
  ...webhookHosts.flatMap(webhookSettings),
];

/** By uniform name. */
export const namedSettings: ReadonlyMap<string, NamedSetting> = new Map(
  settings.map((setting) => [uniformName(setting.name), setting]),
);

/** Where ignoring a property would serve something else than was meant, or serve it to more people: name prefixes. */
export const refusedPrefixes: ReadonlyMap<string, string> = new Map(
  [
    [
      'spring.security',
      'only `spring.security.user` is read; write other ways to authenticate under `cairn.security` (docs/security.md)',
    ],
    ['server.ssl', `it is not supported, and leaving it out could let in who should stay out; ${tlsNames}`],
    ['server.servlet.context-path', `give the path as ${server}.prefix`],
    ['spring.application.json', 'write its settings into a file'],
    ['spring.config.import', 'write its settings into this file'],
    ['spring.config.additional-location', 'write its settings into this file'],
    ['spring.config.location', 'give the file as `--config FILE`'],
    ['spring.profiles.group', 'name the profiles in spring.profiles.active'],
    ['spring.profiles.include', 'name the profiles in spring.profiles.active'],
    ...[
      'svn',
      'jdbc',
      'redis',
      'credhub',
      'awss3',
      'aws-secretsmanager',
      'awsparamstore',
      'mongodb',
      'gcp-secret-manager',
    ].map((backend): [string, string] => [`${server}.${backend}`, 'this backend is not supported']),
  ].map(([name = '', why = '']) => [uniformName(name), why]),
);

/** Taken without a word: they change nothing here, and nobody would miss them. */
export const silentPrefixes: readonly string[] = [
  'spring.application.name',
  `${server}.bootstrap`,
  // Told by the content of the file.
  'encrypt.key-store.type',
  'server.ssl.key-store-type',
  // Ours is never less.
  'server.ssl.protocol',
  'server.ssl.trust-store-type',
  'spring.config.activate.on-profile',
  'spring.profiles.active',
  'spring.profiles.default',
].map(uniformName);

/** Said at start, each with what it means here. */
export const noticedPrefixes: ReadonlyMap<string, string> = new Map(
  [
    [`${server}.monitor.fixed-delay`, 'local repositories are looked at on each request, and folders are watched'],
    [`${server}.monitor.max-dashes`, 'a webhook is answered with 1000 names at most'],
    ['spring.cloud.bus', 'there is no message bus: clients ask again by themselves'],
    ['management', 'health is always at /actuator/health and info at /actuator/info'],
  ].map(([name = '', why = '']) => [uniformName(name), why]),
);

/** Profiles that choose a backend of the reference's that there is not here. */
export const otherBackends: ReadonlySet<string> = new Set([
  'subversion',
  'jdbc',
  'redis',
  'credhub',
  'awss3',
  'awsparamstore',
  'awssecretsmanager',
  'mongodb',
  'secret-manager',
]);
