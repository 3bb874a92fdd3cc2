import { z } from 'zod';

import { choice } from '../fields.js';
import type { SettingType } from '../facts.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: 'auto' | 'json' | 'text';
}

export interface ObservabilitySettings {
  readonly log: LogSettings;
}

const log: SettingType<LogSettings> = z.strictObject({
  level: choice({
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    description: 'Least level that is logged. Requests are logged at `debug`, failed ones at `warn` or `error`.',
    reference: ['logging.level.root'],
  }),
  format: choice({
    default: 'auto',
    choices: ['auto', 'json', 'text'],
    description: '`json`: one object a line; `text`: for people; `auto`: text on a terminal, else JSON.',
  }),
});

export const observabilitySection: SettingType<ObservabilitySettings> = z.strictObject({ log });
