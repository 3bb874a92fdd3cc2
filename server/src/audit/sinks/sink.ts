/** Where records go beside the file. One at a time; what a call rejects with is tried again. */
export interface Sink {
  /** For health, log and events. */
  readonly name: string;
  /** Resolves once the sink has them: `postgresql` when they are committed, `stdout` and `syslog` when they were handed over. */
  deliver(records: readonly SinkRecord[], signal: AbortSignal): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A record on its way to a sink. */
export interface SinkRecord {
  /** `queries` or `changes`. */
  readonly log: string;
  /** Which chain `seq` counts in. */
  readonly chain: string;
  /** Null: a gap of this sink alone, which is in no chain. */
  readonly seq: number | null;
  /** A JSON object in ASCII. */
  readonly line: string;
}
