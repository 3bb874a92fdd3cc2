import type { Principal, SchemeName } from './principal.js';

/** What a request brings to be recognized by; made by http/, so that a scheme never sees a request. */
export interface Presented {
  /** A header's value by its name in small letters. */
  header(name: string): string | undefined;
}

/** One way to recognize a principal. */
export interface Scheme {
  readonly name: SchemeName;
  /** The value of `WWW-Authenticate` that asks for this scheme; null where no header can. */
  readonly challenge: string | null;
  /** `undefined`: the request brings nothing of this scheme. Credentials that are wrong are an error, not `undefined`. */
  authenticate(presented: Presented, signal: AbortSignal): Promise<Principal | undefined>;
}
