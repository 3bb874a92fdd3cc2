import type { ConfigClientError } from '../errors.js';
import type { WireEnvironment } from './environment.js';

/** What the headers of an answer tell. */
export interface AnswerHeaders {
  /** The ETag, for the next conditional request. */
  readonly validator: string | undefined;
  readonly version: string | null;
  readonly digest: string | null;
  /** Milliseconds since the server last checked its source. */
  readonly age: number;
  readonly isStale: boolean;
}

export interface EnvironmentAnswer extends AnswerHeaders {
  readonly kind: 'environment';
  readonly environment: WireEnvironment;
}

/** 304: what the validator stood for is still what the server has. */
export interface UnchangedAnswer extends AnswerHeaders {
  readonly kind: 'unchanged';
}

export interface Failure {
  readonly kind: 'failed';
  readonly error: ConfigClientError;
  /** Whether another server would say the same: the query itself was refused. */
  readonly isFinal: boolean;
  /** Milliseconds that the server asked to be left alone; 0 where it did not. */
  readonly retryAfter: number;
}

export type Outcome = EnvironmentAnswer | UnchangedAnswer | Failure;
