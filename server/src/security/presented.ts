/** What a request brings to be recognized by; made by http/, so that a scheme never sees a request. */
export interface Presented {
  /** Every line of a header, in their order, by its name in small letters; without any: empty. */
  header(name: string): readonly string[];
  /** What the client showed of itself in TLS; null where it showed nothing, or nothing that a trusted authority signed. */
  readonly certificate: ClientCertificate | null;
  /** The peer's address: `192.0.2.1`, `2001:db8::1`. */
  readonly address: string;
  /** One object for all requests of a connection. */
  readonly connection?: object;
}

/** A client certificate that TLS has verified: chain, time and possession of its key. */
export interface ClientCertificate {
  /** As RFC 4514 writes it, the last part first: `CN=orders,OU=shop,O=Example`. */
  readonly subject: string;
  /** Subject alternative names. */
  readonly dnsNames: readonly string[];
  readonly uris: readonly string[];
  /** SHA-256 in hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}
