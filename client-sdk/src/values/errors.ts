/** Why a rule of `values` refused its input. */
export type ValuesErrorCode = 'CONFIG_KEYS_NOT_NESTABLE' | 'CONFIG_PLACEHOLDER_CYCLE' | 'CONFIG_TOO_LARGE';

/** Thrown by `unflatten` and the placeholder functions. `message` names the key and never holds a value. */
export class ValuesError extends Error {
  override readonly name: string = 'ValuesError';
  readonly code: ValuesErrorCode;

  constructor(code: ValuesErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const longestQuoted = 200;

/** `key` for a message: in quotes, as JSON, cut where it is long. */
export function quoteKey(key: string): string {
  return JSON.stringify(key.length > longestQuoted ? `${key.slice(0, longestQuoted)}…` : key);
}
