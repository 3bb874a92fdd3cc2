/**
 * What rooms tell the audit; audit/ keeps it. Nothing here ever carries a value of a property, a token or a header, but the
 * trace id of `traceparent`.
 */
export interface Decision {
  /** The principal's name. */
  readonly principal: string;
  /** How it was authenticated: `anonymous`, `basic`, … */
  readonly scheme: string;
  readonly method: string;
  /** The route's path with its parameters' names: `/:application/:profiles`. */
  readonly route: string;
  /** As asked: `orders,billing`. Null: the route has none. */
  readonly application: string | null;
  readonly profiles: string | null;
  readonly label: string | null;
  /** Path of a file that is served as it is. */
  readonly resource?: string;
  /** The commit that was served, and the digest of what was served; null where nothing was. */
  readonly version: string | null;
  readonly digest: string | null;
  readonly isAllowed: boolean;
  /** Which rule decided: `role reader`, `policy orders-team`, `default deny`. */
  readonly rule: string;
  /** How many keys were left out or masked for this principal. */
  readonly withheld?: number;
}

/** What differs between two requests that are decided alike. */
export interface Occasion {
  /** Where the request came from: an IP address. */
  readonly address: string | null;
  /** See `traceIdOf`. */
  readonly traceId: string | null;
}

/** Takes decisions. Who answers requests asks `isReady` first, tells the decision, waits for what `record` returns, then answers. */
export interface Audit {
  /** False: nothing is configured, and decisions need not be made up. */
  readonly isOn: boolean;
  /** Whether decisions can be kept now. False: the request is refused with CONFIG_AUDIT_UNAVAILABLE before any work is done for it. */
  isReady(): boolean;
  /**
   * Takes a decision. Cheapest where the same object, never changed, stands for repeated requests.
   * With backpressure `block` the promise resolves when the record cannot be lost any more, and rejects with
   * CONFIG_AUDIT_UNAVAILABLE where it could not be kept: then nothing is served. Undefined: there is nothing to wait for.
   */
  record(decision: Decision, occasion: Occasion): Promise<void> | undefined;
}

/** What of a log is asked for; null: whatever there is. */
export interface AuditQuery {
  readonly log: 'queries' | 'changes';
  readonly application: string | null;
  readonly principal: string | null;
  readonly outcome: 'allowed' | 'denied' | null;
  /** Milliseconds since the epoch; `until` is not part of it. */
  readonly since: number | null;
  readonly until: number | null;
  /** Records a page. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor: string | null;
}

/** Records, newest first. */
export interface AuditPage {
  /** JSON objects as they are in the log. */
  readonly lines: readonly string[];
  /** Where to go on; null: there are no more. A page may have few records, or none, and still lead on. */
  readonly next: string | null;
}

/** Looks records up where they are kept in files. */
export interface AuditReader {
  /** @throws ConfigServerError CONFIG_NAME_INVALID for a cursor that is none */
  search(query: AuditQuery, signal: AbortSignal): Promise<AuditPage>;
}

/** Where no audit is configured. */
export const noAudit: Audit = Object.freeze({
  isOn: false,
  isReady: () => true,
  record: () => undefined,
});

const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** The trace id in a `traceparent` header (W3C Trace Context); null where there is none, or one that says nothing. */
export function traceIdOf(header: string | undefined): string | null {
  const id = header === undefined ? undefined : traceparent.exec(header)?.[1];
  if (id === undefined || header?.startsWith('ff') === true || id === '0'.repeat(32)) return null;
  return id;
}
