import { z } from 'zod';

import { choice, flag, optionalText, requiredText } from '../fields.js';
import { textList } from '../lists.js';
import { duration, durationOrNever, size, wholeNumber } from '../quantities.js';
import type { SettingType } from '../facts.js';
import { sshOf } from './ssh.js';
import type { SshSettings } from './ssh.js';

export interface GitCredentialSettings {
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

export interface ProxySettings {
  readonly host: string | null;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly 'no-proxy': readonly string[];
}

export interface ProxiesSettings {
  readonly http: ProxySettings;
  readonly https: ProxySettings;
}

/** What a git source and each of its repositories have. */
export interface GitSettings {
  readonly uri: string;
  readonly 'default-label': string | null;
  readonly 'try-master-branch': boolean;
  readonly 'continue-on-multiple-label-failure': boolean;
  readonly 'search-paths': readonly string[];
  readonly 'refresh-interval': number | null;
  readonly timeout: number;
  readonly 'clone-timeout': number;
  readonly 'delete-untracked-branches': boolean;
  readonly engine: 'auto' | 'isomorphic' | 'cli';
  readonly 'cli-above': number;
  readonly credentials: GitCredentialSettings;
  readonly ssh: SshSettings;
  readonly proxy: ProxiesSettings;
  readonly 'ca-certificate': string | null;
  readonly 'skip-tls-verification': boolean;
  readonly 'fallback-to-default': boolean;
}

/** A repository chosen by pattern, before the source itself. */
export interface RepositorySettings extends GitSettings {
  readonly name: string;
  readonly pattern: readonly string[];
}

/** What a source of the type git has beside its type and name. */
export interface GitSourceFields extends GitSettings {
  readonly repositories: readonly RepositorySettings[];
}

type Reference = (name: string) => { readonly reference: readonly string[] };

const referenceBelow =
  (prefix: string): Reference =>
  (name) => ({ reference: [`spring.cloud.config.server.${prefix}.${name}`] });

const credentialsOf = (reference: Reference): SettingType<GitCredentialSettings> =>
  z.strictObject({
    username: optionalText({
      description: 'User name for the remote, with `password`.',
      ...reference('username'),
    }),
    password: optionalText({
      secret: true,
      description: 'Password for the remote.',
      ...reference('password'),
    }),
    token: optionalText({
      secret: true,
      description: 'Access token for the remote, sent as the password; instead of `password`.',
    }),
  });

const proxyFor = (scheme: 'http' | 'https', reference: Reference): SettingType<ProxySettings> =>
  z.strictObject({
    host: optionalText({
      taken: 'a host name or IP address',
      description: `HTTP proxy between this server and ${scheme} remotes; for both where only one is set.`,
      ...reference(`proxy.${scheme}.host`),
    }),
    port: wholeNumber({
      default: 8080,
      min: 1,
      max: 65535,
      description: 'Port of the proxy.',
      ...reference(`proxy.${scheme}.port`),
    }),
    username: optionalText({
      description: 'User name for the proxy.',
      ...reference(`proxy.${scheme}.username`),
    }),
    password: optionalText({
      secret: true,
      description: 'Password for the proxy.',
      ...reference(`proxy.${scheme}.password`),
    }),
    'no-proxy': textList({
      description: 'Hosts reached without the proxy; `*` stands for any text at either end.',
      ...reference(`proxy.${scheme}.non-proxy-hosts`),
    }),
  });

const proxyOf = (reference: Reference): SettingType<ProxiesSettings> =>
  z.strictObject({ http: proxyFor('http', reference), https: proxyFor('https', reference) });

const lookUpFields = (reference: Reference) => ({
  uri: requiredText({
    taken: 'an http, https or ssh URI, `user@host:path`, a `file:` URI or the path of a local repository',
    description:
      'The repository. A remote is mirrored in the data directory; a local one is read in place. `{application}`, `{profile}` and `{label}` may be used behind the host: then each repository is opened when it is first asked for.',
    ...reference('uri'),
  }),
  'default-label': optionalText({
    description: 'Label of requests that name none. Without it `main`, then `master`.',
    ...reference('default-label'),
  }),
  'try-master-branch': flag({
    default: true,
    description: 'Whether `master` is looked up where `main` is asked for and is not there.',
    ...reference('try-master-branch'),
  }),
  'continue-on-multiple-label-failure': flag({
    default: false,
    description: 'Whether a label of several that is not there is left out, where another is.',
    ...reference('continue-on-multiple-label-failure'),
  }),
  'search-paths': textList({
    description:
      'Folders looked in besides the root, later ones win; `{application}`, `{profile}` and `{label}` and the globs `*`, `?` and `**` may be used.',
    ...reference('search-paths'),
  }),
});

const remoteFields = (reference: Reference) => ({
  'refresh-interval': durationOrNever({
    default: '30s',
    description: 'How often the remote is checked, give or take 20 %; a request never waits for it.',
    ...reference('refresh-rate'),
  }),
  timeout: duration({
    default: '5s',
    description: 'How long the remote may be silent.',
    ...reference('timeout'),
  }),
  'clone-timeout': duration({
    default: '10m',
    description: 'How long a whole clone may take.',
  }),
  'delete-untracked-branches': flag({
    default: false,
    description: 'Whether branches and tags that the remote no longer has stop being served.',
    ...reference('delete-untracked-branches'),
  }),
  engine: choice({
    default: 'auto',
    choices: ['auto', 'isomorphic', 'cli'],
    description:
      'What reads the repository: `isomorphic` needs no git program and speaks http(s); `cli` is the git program, 2.32 or newer; `auto` takes `cli` for SSH and past `cli-above`, where it is there ([git.md](git.md)).',
  }),
  'cli-above': size({
    default: '64MiB',
    description: 'Size of the packs of a repository past which `engine: auto` takes the git program.',
  }),
  credentials: credentialsOf(reference),
  ssh: sshOf(reference),
  proxy: proxyOf(reference),
  'ca-certificate': optionalText({
    taken: 'certificates in PEM form',
    description:
      'Certificates of the authorities trusted for the remote beside the usual ones; mostly given as `ca-certificate-file`.',
  }),
  'skip-tls-verification': flag({
    default: false,
    description: 'Whether the certificate of the remote goes unchecked. For tests only.',
    ...reference('skip-ssl-validation'),
  }),
});

const fallbackField = (description: string) => ({ 'fallback-to-default': flag({ default: false, description }) });

const repository: SettingType<RepositorySettings> = z.strictObject({
  name: requiredText({
    taken: 'a name of its own',
    pattern: /^[^\p{Cc}]{1,100}$/u,
    description:
      'Name of the repository in errors, health and logs. What it leaves unset of `timeout`, `clone-timeout`, `refresh-interval`, `credentials`, `ssh` (but the host key), `ca-certificate`, `skip-tls-verification` and `fallback-to-default` is that of its source.',
    reference: ['spring.cloud.config.server.git.repos.<name>', 'spring.cloud.config.server.git.repos.<name>.name'],
  }),
  pattern: textList({
    description:
      'Which queries it answers: patterns of `application/profile`, `*` stands for any text; the first repository that matches is asked. Without it the name.',
    ...referenceBelow('git.repos.<name>')('pattern'),
  }),
  ...lookUpFields(referenceBelow('git.repos.<name>')),
  ...remoteFields(referenceBelow('git.repos.<name>')),
  ...fallbackField(
    'Whether the next repository that matches, at last the source itself, answers where this one fails.',
  ),
});

export const gitSourceFields: { readonly [K in keyof GitSourceFields]: SettingType<GitSourceFields[K]> } = {
  ...lookUpFields(referenceBelow('git')),
  ...remoteFields(referenceBelow('git')),
  ...fallbackField('Whether this repository answers where one of `repositories` matches and fails.'),
  repositories: z.array(repository).max(10_000).default([]),
};
