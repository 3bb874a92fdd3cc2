import type { AuthProvider } from '../auth/providers.js';
import type { StandardSchemaV1 } from '../standard-schema.js';
import type { BigintPolicy, CanApply, SecretsPolicy } from './load-options.js';
import type { TlsSettings } from './parse-tls.js';

/** A server's base URL without user info and trailing slash, and the credentials that stood in it. */
export interface ServerAddress {
  readonly base: string;
  readonly authorization?: string;
}

/** The options of `load`, checked, with defaults filled in. Times are milliseconds. */
export interface ClientSettings {
  readonly servers: readonly ServerAddress[];
  readonly application: string;
  readonly profiles: readonly string[];
  readonly label: string | undefined;
  readonly instance: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: AuthProvider | undefined;
  readonly tls: TlsSettings | undefined;
  readonly schema: StandardSchemaV1 | undefined;
  readonly fallback: Readonly<Record<string, unknown>> | undefined;
  readonly interval: number | false;
  readonly staleAfter: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly canApply: CanApply<unknown> | undefined;
  readonly bigint: BigintPolicy;
  readonly secrets: SecretsPolicy;
  /** Whether placeholders may be variables of the process environment. */
  readonly environmentPlaceholders: boolean;
}
