import { z } from 'zod';

import { optionalChoice } from '../fields.js';
import type { SettingType } from '../facts.js';

export interface SecuritySettings {
  readonly mode: 'none' | null;
}

export const securitySection: SettingType<SecuritySettings> = z.strictObject({
  mode: optionalChoice({
    choices: ['none'],
    description:
      '`none` says in so many words that everybody who reaches the server may read everything. It must be written before the server listens anywhere but on loopback.',
  }),
});
