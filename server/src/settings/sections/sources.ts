import { z } from 'zod';

import { choice, flag, optionalText, requiredText, text, variantName } from '../fields.js';
import { requiredList, textList } from '../lists.js';
import { duration, durationOrNever, wholeNumber } from '../quantities.js';
import type { SettingType } from '../facts.js';

const reference = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.${name}`],
});

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

export interface GitSourceSettings {
  readonly type: 'git';
  readonly name: string;
  readonly uri: string;
  readonly 'default-label': string | null;
  readonly 'try-master-branch': boolean;
  readonly 'search-paths': readonly string[];
  readonly 'refresh-interval': number | null;
  readonly timeout: number;
  readonly 'clone-timeout': number;
  readonly 'delete-untracked-branches': boolean;
  readonly engine: 'auto' | 'isomorphic';
  readonly credentials: GitCredentialSettings;
  readonly proxy: ProxiesSettings;
  readonly 'ca-certificate': string | null;
  readonly 'skip-tls-verification': boolean;
}

export interface NativeSourceSettings {
  readonly type: 'native';
  readonly name: string;
  readonly 'search-locations': readonly string[];
  readonly 'add-label-locations': boolean;
  readonly 'default-label': string;
  readonly version: string | null;
}

export type SourceSettings = GitSourceSettings | NativeSourceSettings;

const sourceType = {
  choices: ['git', 'native'],
  description: 'What the source is: a git repository, or folders of this machine.',
} as const;

const sourceName = text({
  default: 'main',
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  taken: 'letters, digits, `.`, `_` and `-`, 63 at most',
  description: 'Name of the source in health, logs and metrics.',
});

const credentials: SettingType<GitCredentialSettings> = z.strictObject({
  username: optionalText({
    description: 'User name for the remote, with `password`.',
    ...reference('git.username'),
  }),
  password: optionalText({
    secret: true,
    description: 'Password for the remote.',
    ...reference('git.password'),
  }),
  token: optionalText({
    secret: true,
    description: 'Access token for the remote, sent as the password; instead of `password`.',
  }),
});

const proxyFor = (scheme: 'http' | 'https'): SettingType<ProxySettings> =>
  z.strictObject({
    host: optionalText({
      taken: 'a host name or IP address',
      description: `HTTP proxy between this server and ${scheme} remotes; for both where only one is set.`,
      ...reference(`git.proxy.${scheme}.host`),
    }),
    port: wholeNumber({
      default: 8080,
      min: 1,
      max: 65535,
      description: 'Port of the proxy.',
      ...reference(`git.proxy.${scheme}.port`),
    }),
    username: optionalText({
      description: 'User name for the proxy.',
      ...reference(`git.proxy.${scheme}.username`),
    }),
    password: optionalText({
      secret: true,
      description: 'Password for the proxy.',
      ...reference(`git.proxy.${scheme}.password`),
    }),
    'no-proxy': textList({
      description: 'Hosts reached without the proxy; `*` stands for any text at either end.',
      ...reference(`git.proxy.${scheme}.non-proxy-hosts`),
    }),
  });

const proxy: SettingType<ProxiesSettings> = z.strictObject({ http: proxyFor('http'), https: proxyFor('https') });

const gitSource = z.strictObject({
  type: variantName('git', sourceType),
  name: sourceName,
  uri: requiredText({
    taken: 'an http or https URI, a `file:` URI or the path of a local repository',
    description: 'The repository. A remote is mirrored in the data directory; a local one is read in place.',
    ...reference('git.uri'),
  }),
  'default-label': optionalText({
    description: 'Label of requests that name none. Without it `main`, then `master`.',
    ...reference('git.default-label'),
  }),
  'try-master-branch': flag({
    default: true,
    description: 'Whether `master` is looked up where `main` is asked for and is not there.',
    ...reference('git.try-master-branch'),
  }),
  'search-paths': textList({
    description:
      'Folders looked in besides the root, later ones win; `{application}`, `{profile}` and `{label}` and the globs `*`, `?` and `**` may be used.',
    ...reference('git.search-paths'),
  }),
  'refresh-interval': durationOrNever({
    default: '30s',
    description: 'How often the remote is checked, give or take 20 %; a request never waits for it.',
    ...reference('git.refresh-rate'),
  }),
  timeout: duration({
    default: '5s',
    description: 'How long the remote may be silent.',
    ...reference('git.timeout'),
  }),
  'clone-timeout': duration({
    default: '10m',
    description: 'How long a whole clone may take.',
  }),
  'delete-untracked-branches': flag({
    default: false,
    description: 'Whether branches and tags that the remote no longer has stop being served.',
    ...reference('git.delete-untracked-branches'),
  }),
  engine: choice({
    default: 'auto',
    choices: ['auto', 'isomorphic'],
    description:
      'What reads the repository. `isomorphic`, the one of this version, needs no git program; `auto` chooses.',
  }),
  credentials,
  proxy,
  'ca-certificate': optionalText({
    taken: 'certificates in PEM form',
    description:
      'Certificates of the authorities trusted for the remote beside the usual ones; mostly given as `ca-certificate-file`.',
  }),
  'skip-tls-verification': flag({
    default: false,
    description: 'Whether the certificate of the remote goes unchecked. For tests only.',
    ...reference('git.skip-ssl-validation'),
  }),
});

const nativeSource = z.strictObject({
  type: variantName('native', sourceType),
  name: sourceName,
  'search-locations': requiredList({
    taken: 'a list of folders such as /etc/config or file:./config/{application}',
    description: 'Folders to serve, later ones win; `{application}`, `{profile}` and `{label}` may be used.',
    ...reference('native.search-locations'),
  }),
  'add-label-locations': flag({
    default: true,
    description: 'Whether a folder named for the label is looked in below each location.',
    ...reference('native.add-label-locations'),
  }),
  'default-label': text({
    default: 'master',
    description: 'Label of requests that name none.',
    ...reference('native.default-label'),
  }),
  version: optionalText({
    description: 'What answers carry as `version`.',
    ...reference('native.version'),
  }),
});

export const sourcesSection: SettingType<readonly SourceSettings[]> = z
  .array(z.discriminatedUnion('type', [gitSource, nativeSource]))
  .max(1)
  .default([]);
