import { printAs } from './platform/inspect.js';

/** What a secret may be. */
export type SecretValue = string | number | bigint | boolean;

const shown = '***';

/**
 * A value that does not show itself: as text, as JSON and when it is inspected it is `***`; only `reveal()` gives it.
 *
 * @typeParam T - the value's type.
 * @example
 * ```ts
 * import { Secret } from 'cairn-config-client';
 *
 * const password = new Secret('hunter2');
 * console.log(password, `${password}`, JSON.stringify({ password })); // *** *** {"password":"***"}
 * console.log(password.reveal().length); // 7
 * ```
 */
export class Secret<T extends SecretValue = string> {
  static {
    printAs(this.prototype, () => shown);
  }

  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    Object.freeze(this);
  }

  /** The value. */
  reveal(): T {
    return this.#value;
  }

  /** Whether `other` is a secret with the same value. */
  equals(other: unknown): boolean {
    return other instanceof Secret && Object.is(this.#value, other.#value);
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }
}

/**
 * `value` as a `Secret`; one that is a secret already is returned as it is. Made for schemas, which get values in plain
 * and say which of them are to be secrets.
 *
 * @example
 * ```ts
 * import { asSecret, load } from 'cairn-config-client';
 * import { z } from 'zod';
 *
 * const schema = z.looseObject({ db: z.object({ password: z.string().min(8).transform(asSecret) }).optional() });
 * const config = await load({ url: 'http://127.0.0.1:8888', application: 'orders', schema, secrets: 'wrap' });
 * console.log(config.current.db?.password.reveal());
 * await config.close();
 * ```
 */
export function asSecret<T extends SecretValue>(value: T | Secret<T>): Secret<T> {
  return value instanceof Secret ? value : new Secret(value);
}
