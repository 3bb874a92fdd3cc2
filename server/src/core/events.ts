import type { DescribedChange } from './described-change.js';
import type { ErrorCode } from './errors.js';

/**
 * Everything that happens and is worth telling, as one typed union. Rooms emit; logs, metrics, traces and audit subscribe
 * in app.ts. No event carries a value of a property or a credential.
 */
export type CairnEvent =
  | {
      readonly type: 'server-started';
      readonly address: string;
      readonly port: number;
      readonly scheme: 'http' | 'https';
    }
  | {
      /** Where `/actuator` is answered, if that is a place of its own. */
      readonly type: 'management-started';
      readonly address: string;
      readonly port: number;
      readonly scheme: 'http' | 'https';
    }
  | { readonly type: 'server-stopping'; readonly reason: string }
  | { readonly type: 'server-stopped' }
  | {
      readonly type: 'request-finished';
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'request-failed';
      readonly method: string;
      readonly path: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly diagnostics: Readonly<Record<string, unknown>>;
      readonly error?: unknown;
    }
  | {
      /** A credential that was wrong; one that is missing is none. */
      readonly type: 'authentication-refused';
      /** Which scheme decided; null: no scheme takes it. */
      readonly scheme: string | null;
      /** Words of our own, never a part of the credential. */
      readonly reason: string;
      readonly address: string;
      /** How many were refused since the last of these events and not told: there are a few a second at most. */
      readonly more: number;
    }
  | {
      /** What tokens of `issuer` are checked with cannot be had, or not anew. */
      readonly type: 'authentication-failed';
      readonly issuer: string;
      readonly message: string;
    }
  | { readonly type: 'authentication-recovered'; readonly issuer: string }
  | { readonly type: 'source-synced'; readonly source: string; readonly milliseconds: number; readonly moved: number }
  | {
      readonly type: 'source-failed';
      readonly source: string;
      readonly message: string;
      readonly diagnostics: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'source-recovered'; readonly source: string }
  | {
      /** A source of a composite failed and was left out of an answer. */
      readonly type: 'source-left-out';
      readonly source: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly diagnostics: Readonly<Record<string, unknown>>;
    }
  | {
      /** A secret of Vault has another value than it had, or none any more. `path` as in policies: `secret/orders/db`. */
      readonly type: 'secret-rotated';
      readonly path: string;
      readonly isDeleted: boolean;
    }
  | { readonly type: 'mirror-repaired'; readonly source: string; readonly reason: string }
  | {
      readonly type: 'label-moved';
      readonly source: string;
      readonly label: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  | {
      /** What a moved label changed; comes after its `label-moved`. Lists are bounded. */
      readonly type: 'change-described';
      readonly source: string;
      readonly label: string;
      readonly from: string | null;
      readonly to: string | null;
      readonly change: DescribedChange;
    }
  | {
      /** Records of the audit cannot be kept. */
      readonly type: 'audit-failed';
      readonly sink: string;
      readonly message: string;
      readonly diagnostics: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'audit-recovered'; readonly sink: string; /** Records lost meanwhile. */ readonly dropped: number }
  | {
      readonly type: 'webhook-received';
      readonly host: string;
      /** How many applications it may concern. */
      readonly names: number;
      readonly isReplay: boolean;
    }
  | { readonly type: 'webhook-refused'; readonly host: string; readonly hasSecret: boolean }
  | {
      /** The source did not have the commit of a webhook in time. */
      readonly type: 'refresh-late';
      readonly label: string | null;
      readonly commit: string | null;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'file-invalid';
      readonly source: string;
      readonly file: string;
      readonly line?: number;
      readonly column?: number;
      readonly message: string;
      readonly version: string;
      readonly servedVersion: string | null;
    }
  | {
      /** Values that begin with `{cipher}` and cannot be decrypted; the first of their keys. */
      readonly type: 'ciphers-invalid';
      readonly propertySource: string;
      readonly keys: readonly string[];
      readonly count: number;
    }
  | {
      /** A dynamic secret was had, its lease renewed, or another one had in its place. */
      readonly type: 'lease-created' | 'lease-renewed' | 'lease-replaced';
      readonly path: string;
      /** Who shares it: `server`, `application orders`, `instance 5f1c… of orders`. */
      readonly scope: string;
      /** How long it is good. */
      readonly seconds: number;
    }
  | {
      /** A dynamic secret is not good any more: nobody has asked for it, or it could be neither renewed nor replaced. */
      readonly type: 'lease-ended';
      readonly path: string;
      readonly scope: string;
      readonly isIdle: boolean;
    }
  | {
      /** Told once for all leases of a path that fail in the same way, with one of them. */
      readonly type: 'lease-failed';
      readonly path: string;
      readonly scope: string;
      readonly action: 'read' | 'renew' | 'replace' | 'revoke';
      readonly reason: string;
    }
  | {
      /** References of a property source (or of a file) that lead to nothing; the first of them. */
      readonly type: 'secrets-unresolved';
      readonly propertySource: string;
      readonly secrets: readonly UnresolvedSecret[];
      readonly count: number;
    }
  | {
      /** A request was refused, because no rule of `secrets.allow` lets its applications refer to a secret. */
      readonly type: 'secret-forbidden';
      readonly propertySource: string;
      /** Null in the text of a file. */
      readonly key: string | null;
      /** `<mount>/<path>` */
      readonly path: string;
      readonly application: string;
      readonly profiles: string;
    }
  | {
      /** What `server.tls` names was read anew and is in use. `expiresAt` in milliseconds since the epoch. */
      readonly type: 'tls-replaced';
      readonly expiresAt: number;
    }
  | {
      /** What TLS shows or goes by ends soon, or has ended; told once a day. */
      readonly type: 'tls-ending';
      readonly what: 'certificate' | 'revocation-list';
      /** Milliseconds since the epoch. */
      readonly endsAt: number;
    }
  | {
      /** What `server.tls` names cannot be used; what was there before goes on. */
      readonly type: 'tls-failed';
      readonly message: string;
    }
  | {
      /** A connection was ended for what its client did. */
      readonly type: 'connection-ended';
      readonly address: string;
      readonly reason: string;
    }
  | {
      /** A client showed a certificate that is not taken, or none where one is required. `reason` as OpenSSL names it: `CERT_REVOKED`. */
      readonly type: 'client-certificate-refused';
      readonly address: string;
      readonly reason: string;
    }
  | { readonly type: 'policy-replaced'; /** Counts the policies since the start. */ readonly generation: number }
  | {
      /** The policy file has changed and is not right; the policy stays as it was. */ readonly type: 'policy-refused';
      readonly message: string;
    }
  | {
      /** The file of users and API tokens has changed, and holds from now on. Of each list 500 at most. */
      readonly type: 'credentials-replaced';
      /** Counts the files since the start. */
      readonly generation: number;
      readonly added: readonly CredentialName[];
      readonly changed: readonly CredentialName[];
      readonly removed: readonly CredentialName[];
      readonly isComplete: boolean;
    }
  | {
      /** The file of users and API tokens has changed and is not right; they stay as they were. */
      readonly type: 'credentials-refused';
      readonly message: string;
    }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'crashed'; readonly error: unknown };

/** An API token by its id and its principal's name, or a user; never what they are recognized by. */
export type CredentialName = { readonly token: string; readonly name: string } | { readonly user: string };

/** A reference that leads to nothing. */
export interface UnresolvedSecret {
  /** Null in the text of a file. */
  readonly key: string | null;
  /** `<mount>/<path>`; null where the reference names none. */
  readonly path: string | null;
  /** `malformed`: no reference; `missing`: no such secret, or none of that key; `refused`: Vault lets nobody who asks here read it. */
  readonly reason: 'malformed' | 'missing' | 'refused' | 'unusable';
}

/** Given to each room; never throws, never blocks. */
export type Emit = (event: CairnEvent) => void;
