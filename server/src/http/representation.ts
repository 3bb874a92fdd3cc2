import type { NamedVersion } from '../backends/backend.js';

/** One body of a resource of the HTTP sense, before content coding. Cached by content, whatever the version. */
export interface Representation {
  readonly contentType: string;
  /** Weak: the same for every content coding. */
  readonly etag: string;
  readonly body: Buffer;
  /** Identifies the bytes of `body` among all bodies; compressed copies are kept by it. */
  readonly bodyKey: string;
  /** Milliseconds since the epoch; resources only. */
  readonly lastModified?: number;
}

/** Where a representation comes from: what the `X-Config-…` headers say. */
export interface Provenance {
  /** Digest of the environment. */
  readonly digest: string;
  readonly version: string | null;
  /** Of several sources: the version of each. */
  readonly versions?: readonly NamedVersion[];
  /** Whether a broken file made it an older commit's answer, or a secret in it is past its time. */
  readonly isOlder: boolean;
  /** How many keys were left out or masked for who asks. */
  readonly withheldKeys: number;
}
