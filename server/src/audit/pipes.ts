/** From records to files and sinks: one journal a log, and an outbox for each sink beside the file. */
import type { Emit } from '../core/events.js';
import type { Clock } from './clock.js';
import { failedEvent } from './failed-event.js';
import type { FileLog } from './file/file-log.js';
import { headText } from './file/head.js';
import type { SignedHead } from './file/head.js';
import type { SinkState } from './health.js';
import { createJournal } from './journal.js';
import type { Gap, Journal, JournalLimits } from './journal.js';
import { logNames } from './logs.js';
import type { LogName } from './logs.js';
import { createOutbox, gapText } from './outbox.js';
import type { Sink, SinkRecord } from './sinks/sink.js';
import { fileWriter, passingWriter } from './writer.js';
import type { HandOn, WriteBatch } from './writer.js';

export interface PipesOptions {
  /** Undefined: no file is kept. */
  readonly files: ReadonlyMap<LogName, FileLog> | undefined;
  readonly sinks: readonly Sink[];
  readonly backpressure: 'block' | 'drop-and-count';
  readonly limits: JournalLimits;
  readonly clock: Clock;
  readonly emit: Emit;
}

export interface Pipes {
  push(log: LogName, text: string): Promise<void> | undefined;
  /** Whether a decision can be kept at present, everywhere. */
  isReady(): boolean;
  /** To the sinks beside the file: whoever has them there can tell when log and heads here are lost together. */
  sendHeads(heads: readonly SignedHead[]): void;
  states(): readonly SinkState[];
  /** Writes what waits to the file, and takes no more. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createPipes(options: PipesOptions): Pipes {
  const { files, sinks, backpressure, limits } = options;
  // Without a file that has them, whoever waits has to wait for the sinks.
  const isDirect = files === undefined && backpressure === 'block';
  const outboxes = isDirect
    ? []
    : sinks.map((sink) => createOutbox(sink, { ...tellingOf(sink.name, options), limits }));
  const handOn = isDirect ? deliverAll(sinks, limits.writeMs) : fillAll(outboxes);
  const journals = new Map(logNames.map((log) => [log, journalOf(log, handOn, options)]));
  const queries = journals.get('queries');
  return {
    push: (log, text) => journals.get(log)?.push(text),
    isReady: () => queries?.isWell === true && outboxes.every(({ isRoomy }) => isRoomy),
    sendHeads(heads) {
      for (const head of heads) {
        const record = { log: head.log, chain: head.chain, seq: null, line: headText(head) };
        for (const outbox of outboxes) void outbox.push(record);
      }
    },
    states: () => statesOf(journals, outboxes, options),
    async flush() {
      for (const journal of journals.values()) await journal.close();
    },
    async close() {
      await Promise.all(outboxes.map((outbox) => outbox.close()));
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

function deliverAll(sinks: readonly Sink[], withinMs: number): HandOn {
  return async (records) => {
    const signal = AbortSignal.timeout(withinMs);
    await Promise.all(sinks.map((sink) => sink.deliver(records, signal)));
  };
}

function fillAll(outboxes: readonly Journal<SinkRecord>[]): HandOn {
  if (outboxes.length === 0) return undefined;
  return (records) => {
    for (const outbox of outboxes) for (const record of records) void outbox.push(record);
  };
}

function journalOf(log: LogName, handOn: HandOn, options: PipesOptions): Journal<string> {
  const { files, backpressure, limits, clock } = options;
  const file = files?.get(log);
  const write: WriteBatch = file === undefined ? passingWriter(log, handOn) : fileWriter(log, file, handOn, clock);
  // Nobody waits for a change to be recorded: it has happened.
  const mode = log === 'queries' && backpressure === 'block' ? 'block' : 'drop';
  return createJournal<string>({
    ...tellingOf(file === undefined ? log : `file of ${log}`, options),
    mode,
    limits,
    write,
    bytesOf: (text) => text.length,
    gapEntry: (gap) => gapText(gap),
  });
}

interface Telling {
  readonly clock: Clock;
  readonly onFailed: (error: unknown) => void;
  readonly onRecovered: (gap: Gap) => void;
}

function tellingOf(sink: string, { clock, emit }: PipesOptions): Telling {
  return {
    clock,
    onFailed: (error) => {
      emit(failedEvent(sink, error));
    },
    onRecovered: ({ dropped }) => {
      emit({ type: 'audit-recovered', sink, dropped });
    },
  };
}

function statesOf(
  journals: ReadonlyMap<LogName, Journal<string>>,
  outboxes: readonly Journal<SinkRecord>[],
  { files, sinks }: PipesOptions,
): SinkState[] {
  const logs = [...journals].map(([log, journal]) => stateOf(files === undefined ? log : `file of ${log}`, journal));
  return [...logs, ...outboxes.map((outbox, index) => stateOf(sinks[index]?.name ?? '', outbox))];
}

function stateOf(sink: string, { isWell, dropped }: Journal<never>): SinkState {
  return { sink, isWell, dropped };
}
