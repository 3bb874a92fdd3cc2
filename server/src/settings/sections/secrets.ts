import { z } from 'zod';

import { choice, flag, requiredText, text } from '../fields.js';
import type { SettingType } from '../facts.js';
import { requiredList, textList } from '../lists.js';
import { duration, wholeNumber } from '../quantities.js';
import { dynamicSecret, type DynamicSecretSettings } from './dynamic-secrets.js';

/** A KV engine by where it is mounted. */
export interface SecretMountSettings {
  readonly path: string;
  readonly 'kv-version': number;
}

/** Which applications may refer to which secrets. */
export interface SecretRuleSettings {
  readonly applications: readonly string[];
  readonly profiles: readonly string[];
  readonly paths: readonly string[];
}

/** Secrets that values refer to. */
export interface SecretsSettings {
  readonly resolve: boolean;
  readonly unresolved: 'invalid' | 'fail';
  readonly backend: string;
  readonly 'kv-version': number;
  readonly transit: string;
  readonly 'poll-interval': number;
  readonly mounts: readonly SecretMountSettings[];
  readonly dynamic: readonly DynamicSecretSettings[];
  readonly 'revoke-on-close': boolean;
  readonly allow: readonly SecretRuleSettings[];
}

const reference = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.vault.${name}`],
});

const mountPath = /^(?!.*(?:^|\/)\.+(?:\/|$))[^/?#%\\\p{Cc}]+(?:\/[^/?#%\\\p{Cc}]+)*$/u;

const mount: SettingType<SecretMountSettings> = z.strictObject({
  path: requiredText({
    pattern: mountPath,
    taken: 'the path of a mounted KV engine, without a slash at its ends',
    description: 'Where the KV engine is mounted: `team/kv`.',
  }),
  'kv-version': wholeNumber({ default: 2, min: 1, max: 2, description: 'Version of the KV engine.' }),
});

const rule: SettingType<SecretRuleSettings> = z.strictObject({
  applications: requiredList({
    taken: 'a list of names such as orders, or patterns such as orders-*',
    description: 'Applications that may refer to these secrets; `*` and `?` are wildcards.',
  }),
  profiles: textList({
    taken: 'a list of profiles, or patterns',
    description: 'Profiles, one of which has to be asked for; every request has `default`. None written: any.',
  }),
  paths: requiredList({
    taken: 'a list of paths such as secret/{application}/*',
    description:
      'Secrets, as `<mount>/<path>` without the `data/` of version 2: `*` is any text within a segment, `**` any segments; `{application}` and `{profile}` are those of the request.',
  }),
});

export const secretsSection: SettingType<SecretsSettings> = z.strictObject({
  resolve: flag({
    default: true,
    description:
      'Whether references are resolved here, where the section `vault` says of which Vault; else they go out as they are written, for clients that resolve them.',
  }),
  unresolved: choice({
    default: 'invalid',
    choices: ['invalid', 'fail'],
    description:
      'What a reference comes to that leads to nothing or may not be read: the key becomes `invalid.<key>: <n/a>`, or the request fails.',
  }),
  backend: text({
    default: 'secret',
    pattern: mountPath,
    taken: 'the path of a mounted KV engine, without a slash at its ends',
    description: 'Where the KV engine of references is mounted whose path begins with none of `mounts`.',
    ...reference('backend'),
  }),
  'kv-version': wholeNumber({
    default: 1,
    min: 1,
    max: 2,
    description: 'Version of that KV engine.',
    ...reference('kv-version'),
  }),
  transit: text({
    default: 'transit',
    pattern: mountPath,
    taken: 'the path of a mounted transit engine, without a slash at its ends',
    description: 'Where the transit engine is mounted that decrypts `{transit:key}…` values.',
  }),
  'poll-interval': duration({
    default: '30s',
    min: 0,
    description:
      'How often the server looks whether secrets in use have changed, those of references and of sources alike, ± 20 %; 0: only when they are asked for.',
  }),
  mounts: z.array(mount).max(100).default([]),
  dynamic: z.array(dynamicSecret).max(100).default([]),
  'revoke-on-close': flag({
    default: true,
    description:
      'Whether leases of dynamic secrets are revoked when the server stops; else they end when their time is up, and the login of the server is left to end, too.',
  }),
  allow: z.array(rule).max(1000).default([]),
});
