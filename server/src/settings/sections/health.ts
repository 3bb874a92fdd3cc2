import { z } from 'zod';

import { flag, optionalFlag, optionalText, requiredText, text } from '../fields.js';
import { textList } from '../lists.js';
import type { SettingType } from '../facts.js';

const reference = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.health.${name}`],
});

export interface HealthCheckSettings {
  readonly application: string;
  readonly profiles: readonly string[];
  readonly label: string | null;
}

export interface HealthSettings {
  readonly enabled: boolean;
  readonly 'down-status': string;
  readonly 'accept-empty': boolean | null;
  readonly repositories: readonly HealthCheckSettings[];
}

const healthCheck: SettingType<HealthCheckSettings> = z.strictObject({
  application: requiredText({
    taken: 'the name of an application',
    description: 'Application looked up.',
    ...reference('repositories.<key>.name'),
  }),
  profiles: textList({
    description: 'Profiles looked up; none: `default`.',
    ...reference('repositories.<key>.profiles'),
  }),
  label: optionalText({ description: 'Label looked up.', ...reference('repositories.<key>.label') }),
});

export const healthSection: SettingType<HealthSettings> = z.strictObject({
  enabled: flag({
    default: true,
    description: 'Whether `/actuator/health` has the component `configServer`.',
    ...reference('enabled'),
  }),
  'down-status': text({
    default: 'DOWN',
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    taken: 'a status such as DOWN or OUT_OF_SERVICE',
    description:
      'Status of `configServer` where a lookup fails. One that Spring Boot does not know (all but DOWN, OUT_OF_SERVICE, UP, UNKNOWN) leaves the whole as it is.',
    ...reference('down-health-status'),
  }),
  'accept-empty': optionalFlag({
    fallback: '`serving.accept-empty`',
    description: 'Whether lookups without any property source are healthy.',
    ...reference('accept-empty'),
  }),
  repositories: z.array(healthCheck).max(100).default([]),
});
