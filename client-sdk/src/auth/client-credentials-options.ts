import type { Duration } from '../options/load-options.js';
import type { TlsOptions } from '../options/tls-options.js';
import type { Jwk, SigningAlgorithm } from '../platform/signing.js';

/** What `clientCredentials` takes. The client shows who it is by one of `clientSecret`, `privateKey` and `tls.cert`. */
export interface ClientCredentialsOptions {
  /** The token endpoint of the authorization server, over HTTPS; over plain HTTP only on loopback, or with `allowHttp`. */
  readonly tokenUrl: string;
  readonly clientId: string;
  /** The client's secret, or what gives it: asked for each token, so that it may be rotated. */
  readonly clientSecret?: string | (() => string | Promise<string>);
  /** How the secret is sent. Default `client_secret_basic`. */
  readonly secretMethod?: 'client_secret_basic' | 'client_secret_post';
  /**
   * Signs what shows who the client is (`private_key_jwt`, RFC 7523): PEM, the path of a file that has PEM or a JSON Web
   * Key (read for each token), or a JSON Web Key.
   */
  readonly privateKey?: string | Uint8Array | Jwk;
  /** Of a private key in PEM that is encrypted. */
  readonly passphrase?: string;
  /** By which the authorization server finds the public key (`kid`). Default: that of the JSON Web Key. */
  readonly keyId?: string;
  /** Default: that of the JSON Web Key, or the first that the key can: RS256, ES256, ES384, ES512 or EdDSA. */
  readonly algorithm?: SigningAlgorithm;
  /** Whom the assertion is for: some servers take only their issuer. Default: `tokenUrl`. */
  readonly assertionAudience?: string;
  /**
   * Authorities to trust at `tokenUrl`, and the client's certificate, which shows who it is where there is neither secret nor
   * private key (`tls_client_auth`, RFC 8705).
   */
  readonly tls?: TlsOptions;
  /** A list, or a text with spaces between. */
  readonly scope?: string | readonly string[];
  /** Parameter `audience`, for servers that ask for it. */
  readonly audience?: string | readonly string[];
  /** Where the token is for (RFC 8707): absolute URIs. */
  readonly resource?: string | readonly string[];
  /** For one request of a token. Default `5s`. */
  readonly timeout?: Duration;
  /** Whether `tokenUrl` may be plain HTTP on another machine. Default `false`. */
  readonly allowHttp?: boolean;
}
