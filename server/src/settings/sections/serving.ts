import { z } from 'zod';

import type { SecretText } from '../../core/secret-text.js';
import { flag, optionalText, text } from '../fields.js';
import { textMap } from '../lists.js';
import { duration } from '../quantities.js';
import type { SettingType } from '../facts.js';

const reference = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.${name}`],
});

export interface ServingSettings {
  readonly 'default-label': string | null;
  readonly 'default-application': string;
  readonly 'default-profile': string;
  readonly 'accept-empty': boolean;
  readonly strict: boolean;
  readonly 'fail-on-composite-error': boolean;
  readonly 'validate-profiles': boolean;
  readonly 'stale-limit': number;
  readonly 'strip-document': boolean;
  readonly 'reverse-location-order': boolean;
  readonly 'digest-key': string | null;
  readonly overrides: ReadonlyMap<string, string | SecretText>;
}

export const servingSection: SettingType<ServingSettings> = z.strictObject({
  'default-label': optionalText({
    description: 'Label of requests that name none; wins over the default label of the source.',
    ...reference('default-label'),
  }),
  'default-application': text({
    default: 'application',
    description: 'Application of requests that name none; no route of this version leaves it out.',
    ...reference('default-application-name'),
  }),
  'default-profile': text({
    default: 'default',
    description: 'Profile of requests that name none; no route of this version leaves it out.',
    ...reference('default-profile'),
  }),
  'accept-empty': flag({
    default: true,
    description: 'Whether a query without any property source is answered with an empty environment, not with 404.',
    ...reference('accept-empty'),
  }),
  strict: flag({
    default: false,
    description:
      'Whether a broken file is answered with 500, instead of from the newest older commit whose files can be read.',
  }),
  'fail-on-composite-error': flag({
    default: true,
    description:
      'Whether a query fails where one of several sources does. Otherwise that source is left out, as long as another answers.',
    ...reference('fail-on-composite-error'),
  }),
  'validate-profiles': flag({
    default: true,
    description: 'Whether profiles with unusual characters are refused with 400.',
    reference: ['spring.profiles.validate'],
  }),
  'stale-limit': duration({
    default: '5m',
    description: 'Age of the last successful check of the source from which answers are marked `X-Config-Stale`.',
  }),
  'strip-document': flag({
    default: true,
    description: 'Whether a YAML rendition of a file that is a list or one value leaves out the key `document`.',
    ...reference('strip-document-from-yaml'),
  }),
  'reverse-location-order': flag({
    default: false,
    description: 'Whether resources are looked up in the search locations from the last to the first.',
    ...reference('reverse-location-order'),
  }),
  'digest-key': optionalText({
    secret: true,
    minLength: 32,
    taken: 'a text of at least 32 characters',
    description:
      'Key of the digests in `ETag` and `X-Config-Digest`; servers that should agree on them share it. Without it one is made in the data directory, or for the process where there is no mirror and no data directory is set.',
  }),
  overrides: textMap({
    description: 'Properties put in front of every answer, as the property source `overrides`.',
    ...reference('overrides'),
  }),
});
