/** What signs JSON Web Tokens (RFC 7518); the part of it that is not Node's. */

/** A private JSON Web Key (RFC 7517). */
export interface Jwk {
  readonly kty: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly [member: string]: unknown;
}

export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** That of the JSON Web Key, if it has one. */
  readonly keyId: string | undefined;
  readonly sign: (text: string) => Uint8Array;
}

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

export const signingAlgorithms: readonly SigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];
