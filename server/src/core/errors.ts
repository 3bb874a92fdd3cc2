/**
 * Every error that Cairn answers or ends with, in one closed catalogue; docs/errors.md is generated from it.
 * `detail` is public text; `diagnostics` stays in the log (machine paths, upstream text).
 */
export interface ErrorEntry {
  /** HTTP status of the answer; 500 for errors that only end the start. */
  readonly status: number;
  readonly title: string;
  /** One paragraph for docs/errors.md: when it happens and what to do. */
  readonly help: string;
}

export const errorCatalogue = {
  CONFIG_NAME_INVALID: {
    status: 400,
    title: 'Invalid request',
    help: 'An application, profile, label or path has a form that is refused before any backend is asked. The answer names the part and what would be taken.',
  },
  CONFIG_KEYS_NOT_NESTABLE: {
    status: 400,
    title: 'Keys cannot be nested',
    help: 'A key of the environment cannot be written as nested YAML or JSON (an empty segment, a key that begins with a bracket, text behind a list index, an index past the limit). The flat routes and `.properties` still answer.',
  },
  CONFIG_PLACEHOLDER_CYCLE: {
    status: 400,
    title: 'Placeholder cycle',
    help: 'A placeholder refers to itself, directly or through others. Ask with `resolvePlaceholders=false` to see the text as written.',
  },
  CONFIG_TOKEN_MISSING: {
    status: 400,
    title: 'Token missing',
    help: 'A source of the type vault, or a reference to a secret, is read in the name of who asks, and the request has no `X-Config-Token`. Send one, or give the server an authentication of its own (docs/vault.md).',
  },
  CONFIG_CREDENTIALS_AMBIGUOUS: {
    status: 400,
    title: 'More than one credential',
    help: 'The request brings several credentials: more than one `Authorization` line, or one beside the header of a gateway. Which of them is meant cannot be known; send one.',
  },
  CONFIG_INSTANCE_MISSING: {
    status: 400,
    title: 'Instance missing',
    help: 'The configuration refers to a secret that each instance has for itself (`secrets.dynamic` with `per: instance`), and the request has no `X-Config-Instance`. Send an id of the instance that stays the same while it runs; the SDK does (docs/vault.md).',
  },
  CONFIG_UNAUTHENTICATED: {
    status: 401,
    title: 'Not authenticated',
    help: 'The request does not show who sends it: it has no credential, or one that is unknown, wrong, meant for another server or past its end. The answer does not tell which; the log does. `WWW-Authenticate` names the schemes that are taken (docs/security.md). A webhook needs the signature or token that the secret of its host gives (section `webhooks` of the settings).',
  },
  CONFIG_FORBIDDEN: {
    status: 403,
    title: 'Forbidden',
    help: 'Who asks is known and may not have this: the role that the route needs is missing, or the policy does not allow the application, profile, label, file or client header that is asked for (docs/security.md). The answer is the same whether there is such a thing or not; the audit and `cairn policy explain` tell the rule. Or Vault refuses the token that the request brought as `X-Config-Token`: it is unknown, has ended, or its policies do not allow to read what the query needs.',
  },
  CONFIG_SECRET_FORBIDDEN: {
    status: 403,
    title: 'Secret forbidden',
    help: 'A value refers to a secret of Vault, and no rule of `secrets.allow` lets every application of the request refer to it. The answer names the property source and the key; the log has the path that a rule would need (docs/vault.md).',
  },
  CONFIG_LABEL_NOT_FOUND: {
    status: 404,
    title: 'Label not found',
    help: 'No branch, tag, or full or unique abbreviated commit id of that name is in the repository.',
  },
  CONFIG_APPLICATION_NOT_FOUND: {
    status: 404,
    title: 'Application not found',
    help: 'There is no property source for this query, and `serving.accept-empty` is off.',
  },
  CONFIG_RESOURCE_NOT_FOUND: {
    status: 404,
    title: 'Resource not found',
    help: 'None of the search locations has a file of that path. The answer has no body.',
  },
  CONFIG_ROUTE_NOT_FOUND: {
    status: 404,
    title: 'Not found',
    help: 'No route has this path. See docs/http-api.md.',
  },
  NO_KEY: {
    status: 404,
    title: 'No key',
    help: 'No key was installed for the encryption service, or none under the alias that was asked for.',
  },
  CONFIG_PUBLIC_KEY_NOT_FOUND: {
    status: 404,
    title: 'No public key',
    help: 'The encryption key is not an RSA key, so there is no public key to hand out; over HTTP `{"status": "NOT_FOUND"}`.',
  },
  CONFIG_CIPHER_INVALID: {
    status: 400,
    title: 'Not decryptable',
    help: 'The text was not encrypted with this key, or was changed since. One answer for every reason; over HTTP `{"status": "INVALID"}`. `{cipher}` is not part of what is posted to `/decrypt`.',
  },
  CONFIG_DECRYPTION_UNSUPPORTED: {
    status: 400,
    title: 'Decryption not supported',
    help: 'Only the public half of the key is there: it encrypts, and clients decrypt. Over HTTP `{"status": "BAD_REQUEST"}`.',
  },
  CONFIG_BODY_INVALID: {
    status: 400,
    title: 'Request body invalid',
    help: 'The body, or its `Content-Type`, is missing or cannot be read. The answer says what would be taken.',
  },
  CONFIG_METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    help: 'The route exists, but not for this method; `Allow` names those it takes.',
  },
  CONFIG_NOT_ACCEPTABLE: {
    status: 406,
    title: 'Not acceptable',
    help: 'The route cannot answer in any media type of `Accept`.',
  },
  CONFIG_TOO_LARGE: {
    status: 413,
    title: 'Too large',
    help: 'A request body, a file or an environment is past its limit; see the section `limits` of the settings.',
  },
  CONFIG_TARGET_TOO_LONG: {
    status: 414,
    title: 'Request target too long',
    help: 'The request target is longer than `limits.request-target`.',
  },
  CONFIG_MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'Unsupported media type',
    help: 'The route does not take a body of this `Content-Type`; the answer names those it takes.',
  },
  CONFIG_RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    help: 'This address or principal asks faster than `server.rate-limits` allows, too many credentials of this address were refused, or it has as many streams of `/-/changes` open as `limits.event-streams-per-client` allows. `Retry-After` says when to ask again, `RateLimit` and `RateLimit-Policy` what is left of which limit.',
  },
  CONFIG_FILE_INVALID: {
    status: 500,
    title: 'Configuration file invalid',
    help: 'A file that this query needs cannot be read, and no ancestor commit has a good copy (or `serving.strict` is on). The answer names the file within the repository, the line and the column.',
  },
  CONFIG_CIPHER_UNRESOLVED: {
    status: 500,
    title: 'Cipher not decrypted',
    help: 'A file that is served as text has a `{cipher}` value that cannot be decrypted (`encryption.plain-text` is on). The log names the file.',
  },
  CONFIG_INTERNAL: {
    status: 500,
    title: 'Internal error',
    help: 'Something that should not happen; the log has the details under the same time.',
  },
  CONFIG_SECRET_UNRESOLVED: {
    status: 503,
    title: 'Secret not resolved',
    help: 'A value refers to a secret of Vault that cannot be had: Vault does not answer and no copy may be served any more, there are as many dynamic secrets as `max-leases` allows, or the reference leads to nothing and `secrets.unresolved` is `fail` (always, in a file that is served as text). The log names the property source, the key and the reason.',
  },
  CONFIG_SOURCE_UNAVAILABLE: {
    status: 503,
    title: 'Source unavailable',
    help: 'The source cannot be read, and there is no copy that may still be served. The server goes on trying; readiness is down until it has had one good copy.',
  },
  CONFIG_AUTHENTICATION_UNAVAILABLE: {
    status: 503,
    title: 'Authentication unavailable',
    help: 'The credential cannot be checked at present: the keys of its issuer, or the server that tells whether a token is valid, cannot be had. The log says why. Ask again later.',
  },
  CONFIG_OVERLOADED: {
    status: 503,
    title: 'Overloaded',
    help: 'Too many passwords or opaque tokens are being checked at once, or as many streams of `/-/changes` are open as `limits.event-streams` allows. Ask again later; a verified credential is remembered for a minute, renewed while it is used, and does not wait.',
  },
  CONFIG_AUDIT_UNAVAILABLE: {
    status: 503,
    title: 'Audit unavailable',
    help: 'The record of this request cannot be kept (the disk is full, a sink does not answer), and with `audit.backpressure: block` nothing is served unaudited. Health and log say which sink fails; the server goes on trying.',
  },
  CONFIG_TIMEOUT: {
    status: 503,
    title: 'Timed out',
    help: 'The answer was not ready within `limits.request-time`.',
  },
  CONFIG_SETTINGS_INVALID: {
    status: 500,
    title: 'Settings invalid',
    help: 'The server does not start: a setting is unknown, has the wrong type or contradicts another. The message names it, its value unless it is a secret, and what would be taken. The same of the file that `security.credentials-file` names; where that is wrong while the server runs, it goes on with the users and tokens that it has, and says so in log and health.',
  },
  CONFIG_POLICY_INVALID: {
    status: 500,
    title: 'Policy invalid',
    help: 'The rules of `security.policy`, or of the file that `security.policy-file` names, are not right; the message names the rule and what would be taken. The server does not start; a running server goes on with the policy that it has, and says so in log and health.',
  },
  CONFIG_SECURITY_UNSETTLED: {
    status: 500,
    title: 'Security not settled',
    help: 'The server does not start on an address other than loopback until security is configured or `security.mode: none` is written.',
  },
  CONFIG_TLS_INVALID: {
    status: 500,
    title: 'TLS invalid',
    help: 'What `server.tls` names (certificate, key, authorities, revocation lists) cannot be read or does not fit together; the message says which. The server does not start; a running server goes on with what it has, and says so in log and health.',
  },
  CONFIG_LISTEN_FAILED: {
    status: 500,
    title: 'Cannot listen',
    help: 'The server does not start: its address or port cannot be had.',
  },
  CONFIG_MIRROR_LOCKED: {
    status: 500,
    title: 'Mirror locked',
    help: 'Another process works on this mirror in the same data directory. Give each server a data directory of its own.',
  },
  CONFIG_AUDIT_LOCKED: {
    status: 500,
    title: 'Audit log locked',
    help: 'Another process writes the audit log in the same data directory. Give each server a data directory of its own.',
  },
  CONFIG_AUDIT_BROKEN: {
    status: 500,
    title: 'Audit log broken',
    help: 'The audit log on disk is not the one that was acknowledged: a part is missing or was changed. `cairn audit verify` names file and line; docs/audit.md says how to go on.',
  },
  CONFIG_GIT_TRANSPORT_UNSUPPORTED: {
    status: 500,
    title: 'Git transport unsupported',
    help: 'The URI of the repository has a scheme that no available git engine speaks; SSH needs the git program and an OpenSSH client (docs/git.md). The message names what can be done.',
  },
  CONFIG_REPOSITORY_UNSUPPORTED: {
    status: 500,
    title: 'Repository unsupported',
    help: 'The local repository has a form that cannot be read in place: reftable, a partial clone, or SHA-256 objects or alternates without a git program. The message says which and what to do.',
  },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** What the catalogue says of `code`. */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorCatalogue[code];
}

/** Where a file is broken: path within the repository, line and column from 1. Public. */
export interface FilePosition {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ConfigServerErrorOptions {
  readonly cause?: unknown;
  /** For the log only. */
  readonly diagnostics?: Readonly<Record<string, unknown>>;
  /** With CONFIG_FILE_INVALID. */
  readonly position?: FilePosition;
  /** The source or pattern repository that failed, by its name in the settings. Public. */
  readonly source?: string;
  /** What `WWW-Authenticate` says, one line each. Public. */
  readonly challenges?: readonly string[];
  /** What `Retry-After` says. Public. */
  readonly retryAfterSeconds?: number;
}

/** The only error class that Cairn throws. `message` is public text: no machine path, no URL with credentials, no secret. */
export class ConfigServerError extends Error {
  override readonly name: string = 'ConfigServerError';
  readonly code: ErrorCode;
  readonly diagnostics: Readonly<Record<string, unknown>>;
  readonly position: FilePosition | undefined;
  readonly source: string | undefined;
  readonly challenges: readonly string[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: ConfigServerErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.diagnostics = options.diagnostics ?? {};
    this.position = options.position;
    this.source = options.source;
    this.challenges = options.challenges ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return errorEntry(this.code).status;
  }
}

/** Whether `error` is a ConfigServerError, of one of `codes` if any are given. */
export function isConfigServerError(error: unknown, ...codes: readonly ErrorCode[]): error is ConfigServerError {
  return error instanceof ConfigServerError && (codes.length === 0 || codes.includes(error.code));
}
