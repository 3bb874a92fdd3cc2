import type { LogFields, LogLevel } from './log.js';

/** What the log says of an event. */
export interface Line {
  readonly level: Exclude<LogLevel, 'silent'>;
  readonly message: string;
  readonly fields: LogFields;
}

export function line(level: Line['level'], message: string, fields: LogFields = {}): Line {
  return { level, message, fields };
}
