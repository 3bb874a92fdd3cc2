import { z } from 'zod';

import { flag, optionalText, text, variantName } from '../fields.js';
import { wholeNumber } from '../quantities.js';
import { setting } from '../facts.js';
import type { SettingType } from '../facts.js';
import { requiredList } from '../lists.js';
import { gitSourceFields } from './git-source.js';
import type { GitSourceFields } from './git-source.js';
import { vaultFields } from './vault.js';
import type { VaultSettings } from './vault.js';

const reference = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.${name}`],
});

export interface GitSourceSettings extends GitSourceFields {
  readonly type: 'git';
  readonly name: string;
}

export interface NativeSourceSettings {
  readonly type: 'native';
  readonly name: string;
  readonly 'search-locations': readonly string[];
  readonly 'add-label-locations': boolean;
  readonly 'default-label': string;
  readonly version: string | null;
}

export interface VaultSourceSettings extends VaultSettings {
  readonly type: 'vault';
  readonly name: string;
  readonly backend: string;
  readonly 'kv-version': number;
  readonly 'default-key': string;
  readonly 'profile-separator': string;
  readonly 'path-to-key': string | null;
  readonly 'full-key-path': boolean;
  readonly 'enable-label': boolean;
  readonly 'default-label': string;
}

export type SourceSettings = GitSourceSettings | NativeSourceSettings | VaultSourceSettings;

const sourceType = {
  choices: ['git', 'native', 'vault'],
  description:
    'What the source is: a git repository, folders of this machine, or secrets of Vault. The first source has the highest precedence.',
  ...reference('composite[0].type'),
} as const;

/** Empty where none is written: source-names.ts gives it one. */
const sourceName: SettingType<string> = setting(
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    .default(''),
  {
    kind: 'value',
    taken: 'letters, digits, `.`, `_` and `-`, 63 at most',
    fallback: '`main`; of several sources `<position>-<type>`: `1-git`',
    description: 'Name of the source in health, logs, metrics and `X-Config-Version`.',
    fromText: (written) => written,
  },
);

const gitSource = z.strictObject({ type: variantName('git', sourceType), name: sourceName, ...gitSourceFields });

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

const vaultSource = z.strictObject({
  type: variantName('vault', sourceType),
  name: sourceName,
  backend: text({
    default: 'secret',
    taken: 'the path of a mounted KV engine',
    description: 'Where the KV engine is mounted.',
    ...reference('vault.backend'),
  }),
  'kv-version': wholeNumber({
    default: 1,
    min: 1,
    max: 2,
    description: 'Version of the KV engine.',
    ...reference('vault.kv-version'),
  }),
  'default-key': text({
    default: 'application',
    description: 'Key whose secrets every application has, lowest; empty: none.',
    ...reference('vault.default-key'),
  }),
  'profile-separator': text({
    default: ',',
    description: 'What stands in keys between application, profile and label.',
    ...reference('vault.profile-separator'),
  }),
  'path-to-key': optionalText({
    taken: 'a path',
    description: 'What stands between `data/` and the keys of version 2.',
    ...reference('vault.path-to-key'),
  }),
  'full-key-path': flag({
    default: false,
    description: 'Whether `backend` is all that stands before a key: version 2 then has no `data/` put between.',
    ...reference('vault.full-key-path'),
  }),
  'enable-label': flag({
    default: false,
    description: 'Whether keys have a label: always application, profile and label then.',
    ...reference('vault.enable-label'),
  }),
  'default-label': text({
    default: 'main',
    description: 'Label of requests that name none, where keys have one.',
    ...reference('vault.default-label'),
  }),
  ...vaultFields,
});

const mostSources = 100;

export const sourcesSection: SettingType<readonly SourceSettings[]> = z
  .array(z.discriminatedUnion('type', [gitSource, nativeSource, vaultSource]))
  .max(mostSources)
  .default([]);
