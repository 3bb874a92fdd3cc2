/** The public entry of the SDK. */
import type { ClientCredentialsOptions } from './auth/client-credentials-options.js';
import { clientCredentialsOn } from './auth/client-credentials.js';
import type { AuthProvider } from './auth/providers.js';
import type { Config } from './config.js';
import { loadOn } from './load-on.js';
import type { ConfigOf, LoadOptions } from './options/load-options.js';
import { nodePlatform } from './platform/node-platform.js';
import type { StandardSchemaV1 } from './standard-schema.js';

/**
 * Loads the configuration of an application and keeps it up to date until it is closed.
 *
 * Starts with what a server answers within `timeout`; else with `fallback`, if one is given. A server's refusal (a status
 * from 400 on) and a configuration that the schema does not take end the start, fallback or not.
 *
 * @throws CONFIG_OPTIONS_INVALID for an option that is wrong; CONFIG_UNAVAILABLE when no server answered in time;
 * CONFIG_UNAUTHENTICATED, CONFIG_FORBIDDEN, CONFIG_NOT_FOUND, CONFIG_REFUSED when one refused; CONFIG_ANSWER_INVALID, CONFIG_TOO_LARGE for an answer that cannot be
 * read; CONFIG_SCHEMA_INVALID, CONFIG_KEYS_NOT_NESTABLE, CONFIG_PLACEHOLDER_CYCLE for a configuration that cannot be
 * taken; CONFIG_ABORTED when `signal` ended the start.
 * @example
 * ```ts
 * import { load } from 'cairn-config-client';
 *
 * const config = await load({ url: 'http://127.0.0.1:8888', application: 'orders', profiles: ['prod'] });
 * config.on('change', ({ changed }) => console.log(changed.map(({ key }) => key)));
 * console.log(config.version, config.current);
 * await config.close();
 * ```
 */
export function load<S extends StandardSchemaV1 | undefined = undefined>(
  options: LoadOptions<S>,
): Promise<Config<ConfigOf<S>>> {
  return loadOn(nodePlatform, options);
}

/**
 * A token of an OAuth 2.0 authorization server for the client itself (RFC 6749, 4.4), had when it is first needed, kept, renewed
 * before it ends, and replaced once where the server does not take it.
 *
 * The client shows who it is by `clientSecret`, `privateKey` (`private_key_jwt`, RFC 7523) or the certificate of `tls` (RFC 8705). One such object may be given
 * to any number of `load`s. Where no token can be had, `load` and `refresh` fail with CONFIG_UNAUTHENTICATED (the client was
 * refused), CONFIG_UNAVAILABLE (no answer), CONFIG_ANSWER_INVALID (one that is no bearer token) or CONFIG_REFUSED (a redirect).
 *
 * @throws CONFIG_OPTIONS_INVALID for an option that is wrong.
 * @example
 * ```ts
 * import { clientCredentials } from 'cairn-config-client';
 *
 * const auth = clientCredentials({
 *   tokenUrl: 'https://login.example.com/token',
 *   clientId: 'orders',
 *   clientSecret: process.env.CLIENT_SECRET ?? 'letmein',
 *   scope: 'config:read',
 *   resource: 'https://config.example.com',
 * });
 * ```
 */
export function clientCredentials(options: ClientCredentialsOptions): AuthProvider {
  return clientCredentialsOn(nodePlatform, options);
}

export { apiToken, basic, bearer } from './auth/providers.js';
export type { AuthProvider } from './auth/providers.js';
export type { ClientCredentialsOptions } from './auth/client-credentials-options.js';
export type {
  AddedProperty,
  ChangedProperty,
  ChangeEvent,
  ChangeSource,
  Config,
  ConfigEvents,
  ConfigOrigin,
  ErrorEvent,
  PropertySource,
  PropertyValue,
  RecoveredEvent,
  RejectedEvent,
  RemovedProperty,
  SignalOptions,
  StaleEvent,
  WatchOptions,
} from './config.js';
export { ConfigClientError } from './errors.js';
export type { ConfigClientErrorCode, ConfigClientErrorOptions, SchemaIssue } from './errors.js';
export type {
  BigintPolicy,
  CanApply,
  ConfigOf,
  Duration,
  LoadOptions,
  PlaceholderOptions,
  RefreshOptions,
  SecretsPolicy,
  UntypedConfig,
} from './options/load-options.js';
export type { Pem, TlsOptions } from './options/tls-options.js';
export type { ConfigPath, PathValue } from './paths.js';
export type { Jwk, SigningAlgorithm } from './platform/signing.js';
export { asSecret, Secret } from './secret.js';
export type { SecretValue } from './secret.js';
export type {
  InferOutput,
  StandardSchemaIssue,
  StandardSchemaProps,
  StandardSchemaResult,
  StandardSchemaTypes,
  StandardSchemaV1,
} from './standard-schema.js';
