import { z } from 'zod';

import type { SecretText } from '../../core/secret-text.js';
import { choice, requiredText } from '../fields.js';
import type { SettingType } from '../facts.js';
import { textMap } from '../lists.js';
import { durationOrNever, optionalDuration, wholeNumber } from '../quantities.js';

/** Secrets that Vault makes for whoever asks, and who shares one. */
export interface DynamicSecretSettings {
  readonly path: string;
  readonly per: 'server' | 'application' | 'instance';
  readonly parameters: ReadonlyMap<string, string | SecretText>;
  readonly overlap: number | null;
  readonly idle: number | null;
  readonly 'max-leases': number;
}

const dynamicPath = /^(?!.*(?:^|\/)\.+(?:\/|$))[^/?#%\\\p{Cc}]+(?:\/[^/?#%\\\p{Cc}]+)+$/u;

export const dynamicSecret: SettingType<DynamicSecretSettings> = z.strictObject({
  path: requiredText({
    pattern: dynamicPath,
    taken: 'a path such as database/creds/orders, with its mount',
    description: 'Where Vault gives the secret: `database/creds/orders`; `*` is any text within a segment.',
  }),
  per: choice({
    default: 'application',
    choices: ['server', 'application', 'instance'],
    description:
      'Who shares a secret: all, the instances of an application, or nobody: each instance, told by `X-Config-Instance`, has its own.',
  }),
  parameters: textMap({
    description:
      'What is posted to the path, as `pki/issue/…` needs it; without any the path is read. `{application}`, `{profile}` and `{instance}` are those of the request.',
  }),
  overlap: optionalDuration({
    fallback: 'a third of the lease',
    description: 'How long an old secret and the new one are both good; half of the lease at most.',
  }),
  idle: durationOrNever({
    default: '1h',
    description: 'A secret that no request has asked for during this time is not renewed, and ends.',
  }),
  'max-leases': wholeNumber({
    default: 1000,
    min: 1,
    max: 100_000,
    description: 'How many leases of this entry there are at a time; past it, who needs another one is answered 503.',
  }),
});
