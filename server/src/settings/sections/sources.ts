import { z } from 'zod';

import { flag, optionalText, text, variantName } from '../fields.js';
import { setting } from '../facts.js';
import type { SettingType } from '../facts.js';
import { requiredList } from '../lists.js';
import { gitSourceFields } from './git-source.js';
import type { GitSourceFields } from './git-source.js';

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

export type SourceSettings = GitSourceSettings | NativeSourceSettings;

const sourceType = {
  choices: ['git', 'native'],
  description:
    'What the source is: a git repository, or folders of this machine. The first source has the highest precedence.',
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

const mostSources = 100;

export const sourcesSection: SettingType<readonly SourceSettings[]> = z
  .array(z.discriminatedUnion('type', [gitSource, nativeSource]))
  .max(mostSources)
  .default([]);
