import { members } from './ascii-json.js';
import type { Clock } from './clock.js';
import { createJournal } from './journal.js';
import type { Gap, Journal, JournalLimits } from './journal.js';
import type { Sink, SinkRecord } from './sinks/sink.js';

export interface OutboxOptions {
  readonly limits: JournalLimits;
  readonly clock: Clock;
  readonly onFailed: (error: unknown) => void;
  readonly onRecovered: (gap: Gap) => void;
}

/** What waits for one sink, and holds nobody up: kept while the sink is away, dropped and counted past the bounds. */
export function createOutbox(sink: Sink, options: OutboxOptions): Journal<SinkRecord> {
  return createJournal<SinkRecord>({
    ...options,
    mode: 'drop',
    bytesOf: ({ line }) => line.length,
    gapEntry: (gap) => ({ log: 'queries', chain: '', seq: null, line: `{${gapText(gap, sink.name)}}` }),
    write: (records) => sink.deliver(records, AbortSignal.timeout(options.limits.writeMs)),
  });
}

/** The members of the record that tells of a gap: in the chain, or of one sink. */
export function gapText({ from, to, dropped, refused }: Gap, sink?: string): string {
  return members({ time: to, kind: 'gap', ...(sink === undefined ? {} : { sink }), from, dropped, refused });
}
