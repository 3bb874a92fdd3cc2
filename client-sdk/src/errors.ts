/** Every code that the SDK throws or reports. A closed union: `switch (error.code)` narrows. */
export type ConfigClientErrorCode =
  | 'CONFIG_UNAVAILABLE'
  | 'CONFIG_OPTIONS_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_REFUSED'
  | 'CONFIG_ANSWER_INVALID'
  | 'CONFIG_SCHEMA_INVALID'
  | 'CONFIG_REJECTED'
  | 'CONFIG_KEY_MISSING'
  | 'CONFIG_KEYS_NOT_NESTABLE'
  | 'CONFIG_PLACEHOLDER_CYCLE'
  | 'CONFIG_TOO_LARGE'
  | 'CONFIG_CLOSED';

export interface ConfigClientErrorOptions {
  /** What went wrong underneath, if anything did. */
  readonly cause?: unknown;
}

/** The only error class that the SDK throws. `message` is for an operator; it never holds credentials. */
export class ConfigClientError extends Error {
  override readonly name: string = 'ConfigClientError';
  readonly code: ConfigClientErrorCode;

  constructor(code: ConfigClientErrorCode, message: string, options: ConfigClientErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
