import { z } from 'zod';

import { optionalFlag } from '../fields.js';
import type { SettingType } from '../facts.js';
import { wholeNumber } from '../quantities.js';

export interface RateSettings {
  readonly rate: number;
  readonly burst: number;
}

export interface RateLimitSettings {
  readonly enabled: boolean | null;
  readonly 'per-address': RateSettings;
  readonly 'per-principal': RateSettings;
  readonly 'failed-authentications': RateSettings;
}

const most = 1_000_000;

function rateSection(rate: number, burst: number, words: { what: string; per: string }): SettingType<RateSettings> {
  return z.strictObject({
    rate: wholeNumber({
      default: rate,
      min: 0,
      max: most,
      description: `How many ${words.what} ${words.per}; 0: as many as it likes.`,
    }),
    burst: wholeNumber({
      default: burst,
      min: 1,
      max: most,
      description: `How many ${words.what} at once, before the rate holds.`,
    }),
  });
}

export const rateLimitsSection: SettingType<RateLimitSettings> = z.strictObject({
  enabled: optionalFlag({
    fallback: 'true unless the server listens on loopback',
    description:
      'Whether requests are limited by how many there are; past a limit they are answered 429 with `Retry-After`.',
  }),
  'per-address': rateSection(500, 2000, { what: 'requests an address may send', per: 'a second' }),
  'per-principal': rateSection(500, 2000, { what: 'requests a principal may send', per: 'a second' }),
  'failed-authentications': rateSection(10, 50, {
    what: 'credentials of an address may be refused',
    per: 'a minute',
  }),
});
