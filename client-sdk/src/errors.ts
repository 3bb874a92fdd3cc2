/** Every code that the SDK throws or reports. A closed union: `switch (error.code)` narrows. */
export type ConfigClientErrorCode =
  | 'CONFIG_UNAVAILABLE'
  | 'CONFIG_OPTIONS_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_REFUSED'
  | 'CONFIG_UNAUTHENTICATED'
  | 'CONFIG_FORBIDDEN'
  | 'CONFIG_ANSWER_INVALID'
  | 'CONFIG_SCHEMA_INVALID'
  | 'CONFIG_REJECTED'
  | 'CONFIG_KEY_MISSING'
  | 'CONFIG_KEYS_NOT_NESTABLE'
  | 'CONFIG_PLACEHOLDER_CYCLE'
  | 'CONFIG_TOO_LARGE'
  | 'CONFIG_LISTENER_FAILED'
  | 'CONFIG_ABORTED'
  | 'CONFIG_CLOSED';

/** One thing that a schema found: where, and what it says. Values of the configuration are taken out of the text. */
export interface SchemaIssue {
  /** The key, as `config.get` takes it: `orders.max-items`, `servers[0].port`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** What a `ConfigClientError` may be made with. */
export interface ConfigClientErrorOptions {
  /** What went wrong underneath, if anything did. */
  readonly cause?: unknown;
  /** With CONFIG_SCHEMA_INVALID. */
  readonly issues?: readonly SchemaIssue[];
}

/**
 * The only error class that the SDK throws. `message` is for an operator; it never holds credentials or values.
 *
 * @example
 * ```ts
 * import { ConfigClientError, load } from 'cairn-config-client';
 *
 * try {
 *   await load({ url: 'http://127.0.0.1:1', application: 'orders', timeout: '200ms' });
 * } catch (error) {
 *   if (error instanceof ConfigClientError && error.code === 'CONFIG_UNAVAILABLE') console.log(error.message);
 *   else throw error;
 * }
 * ```
 */
export class ConfigClientError extends Error {
  override readonly name: string = 'ConfigClientError';
  readonly code: ConfigClientErrorCode;
  /** What the schema found, with CONFIG_SCHEMA_INVALID; else empty. */
  readonly issues: readonly SchemaIssue[];

  constructor(code: ConfigClientErrorCode, message: string, options: ConfigClientErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
  }
}
