import type { AuthProvider } from '../auth/providers.js';
import type { TlsOptions } from './tls-options.js';
import type { InferOutput, StandardSchemaV1 } from '../standard-schema.js';

/** A time: a number of milliseconds, or a text such as `250ms`, `30s`, `5m`, `1h`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

/**
 * How integers come out of the configuration. None is ever rounded.
 * `auto`: `number`, and `bigint` past ±(2^53 - 1). `always`: every integer a `bigint`. `string`: past that, decimal text.
 */
export type BigintPolicy = 'auto' | 'always' | 'string';

/**
 * How values come out that the server says are secrets. `plain`: as any other. `wrap`: as `Secret`, which shows itself
 * nowhere; a schema still gets them in plain, and has to make each a `Secret` (`asSecret`) or leave it out.
 */
export type SecretsPolicy = 'plain' | 'wrap';

/** The configuration where no schema types it. */
export type UntypedConfig = Readonly<Record<string, unknown>>;

/** What schema `S` makes of the configuration; without one, `UntypedConfig`. */
export type ConfigOf<S extends StandardSchemaV1 | undefined> = S extends StandardSchemaV1
  ? InferOutput<S>
  : UntypedConfig;

/** When the configuration is checked again. */
export interface RefreshOptions {
  /** Between two polls, ± 20 %; from 100 ms to 24 h; `false`: no polling, only `config.refresh()`. Default `30s`. */
  readonly interval?: Duration | false;
  /** How long the configuration may go unconfirmed before it is `stale`. Default: three intervals. */
  readonly staleAfter?: Duration;
}

/**
 * The service's veto: `false` or an exception keeps the configuration that is in place. Asked before each replacement,
 * not at start. It has the `timeout`'s time; the signal ends with it, or with `close()`.
 */
export type CanApply<T> = (
  next: T,
  previous: T,
  context: { readonly signal: AbortSignal },
) => boolean | Promise<boolean>;

/** Where placeholders look for their values. */
export interface PlaceholderOptions {
  /** Whether `${NAME}` may also be a variable of the process environment, where the configuration has no such key. */
  readonly environment?: boolean;
}

/** What `load` takes. */
export interface LoadOptions<S extends StandardSchemaV1 | undefined = undefined> {
  /**
   * The server's base URL, with its prefix if it has one; several are tried in order. Default: the environment variable
   * CONFIG_SERVER_URL (commas between several). Credentials in a URL are sent as basic authentication to that server.
   */
  readonly url?: string | readonly string[];
  /** The application's name; several with commas. */
  readonly application: string;
  /** Default `['default']`. The last has the highest precedence. */
  readonly profiles?: string | readonly string[];
  /** Branch, tag or commit. Default: the server's. */
  readonly label?: string;
  /**
   * What this instance of the service calls itself, sent as `X-Config-Instance`: 1 to 128 letters, digits and `_.:-`. Where
   * the server has secrets that each instance gets for itself, they go by it. Default: a random UUID for each `load`.
   */
  readonly instance?: string;
  /** Headers sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Who asks: `basic`, `bearer`, `apiToken` or `clientCredentials`. */
  readonly auth?: AuthProvider;
  /** Authorities to trust, and the client's own certificate; every `url` must be `https://` then. */
  readonly tls?: TlsOptions;
  /** Any Standard Schema validator (zod, valibot, arktype, …); it types and coerces the configuration. */
  readonly schema?: S;
  /** What to start with when no server answers: nested or with dotted keys. The schema must take it, at every start. */
  readonly fallback?: Readonly<Record<string, unknown>>;
  /** Polling; `false` is short for `{ interval: false }`. */
  readonly refresh?: RefreshOptions | false;
  /** How long the start, and later each check, may take over all servers. Default `5s`. */
  readonly timeout?: Duration;
  /** Ends the start; once loaded it has no part any more. */
  readonly signal?: AbortSignal;
  readonly canApply?: CanApply<ConfigOf<S>>;
  /** Default `auto`. */
  readonly bigint?: BigintPolicy;
  /** Default `plain`. Servers that do not say what is secret (Spring's) have none. */
  readonly secrets?: SecretsPolicy;
  readonly placeholders?: PlaceholderOptions;
}
