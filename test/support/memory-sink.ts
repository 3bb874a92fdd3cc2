import type { Sink, SinkRecord } from '#server/audit/sinks/sink.js';

/** A sink that keeps what it is given, or is away. */
export interface MemorySink extends Sink {
  readonly records: readonly SinkRecord[];
  /** The records as they were parsed. */
  parsed(): readonly Readonly<Record<string, unknown>>[];
  isAway: boolean;
  readonly isClosed: boolean;
}

export function createMemorySink(name = 'memory'): MemorySink {
  const records: SinkRecord[] = [];
  let isClosed = false;
  const sink: MemorySink = {
    name,
    records,
    isAway: false,
    get isClosed() {
      return isClosed;
    },
    parsed: () => records.map(({ line }) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    deliver(delivered) {
      if (sink.isAway) return Promise.reject(Object.assign(new Error('away: canary'), { code: 'ECONNREFUSED' }));
      records.push(...delivered);
      return Promise.resolve();
    },
    close() {
      isClosed = true;
      return Promise.resolve();
    },
  };
  return sink;
}
