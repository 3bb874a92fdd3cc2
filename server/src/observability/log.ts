/** observability/: what happened, for people and machines. May import core/ only; this file alone imports pino. */
import { pino } from 'pino';

import { textLine } from './text-line.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Names and numbers that go with a message. Never a property's value, never a credential. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  write(level: Exclude<LogLevel, 'silent'>, message: string, fields?: LogFields): void;
  isOn(level: Exclude<LogLevel, 'silent'>): boolean;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** `auto`: text on a terminal, else JSON. */
  readonly format: 'auto' | 'json' | 'text';
  readonly stream: LogStream;
}

/** Such as `process.stdout`. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A log of one JSON object a line (`level`, `time`, `msg`), or of one line of text for people. */
export function createLog({ level, format, stream }: LogOptions): Log {
  const isText = format === 'text' || (format === 'auto' && stream.isTTY === true);
  const destination = isText ? { write: (line: string) => stream.write(textLine(line)) } : stream;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void destination.write(line) },
  );
  return {
    write: (at, message, fields = {}) => {
      logger[at](fields, message);
    },
    isOn: (at) => logger.isLevelEnabled(at),
  };
}
