/** Bounds on what a request may bring and how long it may take. */
export interface HttpLimits {
  /** Bytes of a request target. */
  readonly requestTarget: number;
  /** Bytes of all header lines. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Bytes of a request body. */
  readonly body: number;
  /** Milliseconds in which the header lines must have come. */
  readonly headersTime: number;
  /** Milliseconds in which the whole request must have come. */
  readonly requestTime: number;
  /** Milliseconds between two looks at whether connections keep their times. */
  readonly checkingInterval: number;
  /** Milliseconds in which the answer must be ready. */
  readonly answerTime: number;
  /** Milliseconds for which a client may take nothing of its answer. */
  readonly writeTime: number;
  /** Requests at a time on one connection of HTTP/2. */
  readonly streams: number;
  /** Connections in all, and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Streams of events in all, and of one principal or from one address. */
  readonly eventStreams: number;
  readonly eventStreamsPerClient: number;
  /** Milliseconds after which a stream of events is ended: its client comes again, and shows anew who it is. */
  readonly eventStreamTime: number;
  /** Milliseconds for which an idle connection is kept. */
  readonly keepAliveTime: number;
  /** Milliseconds in which requests in flight may finish when the server stops. */
  readonly stopTime: number;
}

export const defaultHttpLimits: HttpLimits = {
  requestTarget: 8 * 1024,
  headerBytes: 16 * 1024,
  headerCount: 100,
  body: 1024 * 1024,
  headersTime: 10_000,
  requestTime: 30_000,
  checkingInterval: 5_000,
  answerTime: 30_000,
  writeTime: 30_000,
  streams: 100,
  connections: 10_000,
  connectionsPerAddress: 1_000,
  eventStreams: 2_000,
  eventStreamsPerClient: 500,
  eventStreamTime: 600_000,
  keepAliveTime: 65_000,
  stopTime: 25_000,
};
