/** PEM (text or bytes), or the path of a file that has it. */
export type Pem = string | Uint8Array;

/**
 * TLS of one's own. Files are looked at before each request: what was replaced (a certificate that was renewed) is used from
 * then on; what is half replaced or wrong is told by a process warning, and the last that was right goes on.
 */
export interface TlsOptions {
  /** Certificates of the authorities that are trusted instead of the well-known ones. */
  readonly ca?: Pem | readonly Pem[];
  /** The client's certificate, and what leads from it to an authority. */
  readonly cert?: Pem;
  /** The private key of `cert`. */
  readonly key?: Pem;
  /** Of `key`, where it is encrypted. */
  readonly passphrase?: string;
  /** The name that the server's certificate must have, where it is not the host of its URL. */
  readonly servername?: string;
}
