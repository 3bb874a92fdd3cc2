import type { ClientCertificate } from './presented.js';
import type { Principal, SchemeName } from './principal.js';

/** The one credential that a request is recognized by. */
export type Credential =
  | { readonly kind: 'basic'; readonly encoded: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'certificate'; readonly certificate: ClientCertificate }
  | GatewayCredential;

export interface GatewayCredential {
  readonly kind: 'gateway';
  readonly name: string;
  readonly roles: string | null;
  readonly address: string;
  readonly certificate: ClientCertificate | null;
}

/** A credential that is right. */
export interface Recognized {
  readonly kind: 'recognized';
  readonly principal: Principal;
  /** For how long it may be remembered, in milliseconds; a minute is the most, and what goes without saying. */
  readonly rememberMs?: number;
  /** The fingerprint of the client certificate that it counts with; without: with any and none. */
  readonly boundTo?: string;
}

/** What a scheme finds. `reason` is for the log alone: a client is told nothing beyond that it was refused. */
export type Verdict = Recognized | { readonly kind: 'refused'; readonly reason: string };

/** One way to recognize a principal. */
export interface Scheme {
  readonly name: SchemeName;
  /** How `WWW-Authenticate` asks for it; null where no header can. */
  readonly challenge: 'Basic' | 'Bearer' | null;
  /** Whether a credential is of this scheme, right or wrong; the first scheme that takes it decides. */
  takes(credential: Credential): boolean;
  /** @throws ConfigServerError CONFIG_AUTHENTICATION_UNAVAILABLE, CONFIG_OVERLOADED where it cannot be told at present */
  verify(credential: Credential, signal: AbortSignal): Promise<Verdict>;
  close?(): void;
}

export function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}

/** The token of a bearer credential; nothing for others, which no scheme of tokens takes. */
export function bearerTokenOf(credential: Credential): string {
  return credential.kind === 'bearer' ? credential.token : '';
}
