import type { Sink, SinkRecord } from './sink.js';

/** Such as `process.stdout`. */
export interface RecordStream {
  /** False: it is full, and says `drain` when it is not. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
}

/** Records as lines of JSON that begin with `{"audit":"queries",`, so that they can be told from the log beside them. */
export function createStdoutSink(stream: RecordStream): Sink {
  return {
    name: 'stdout',
    deliver: (records, signal) =>
      new Promise((resolve, reject) => {
        const isTaken = stream.write(records.map(shownLine).join('')) !== false;
        if (isTaken || stream.once === undefined) {
          resolve();
          return;
        }
        stream.once('drain', resolve);
        signal.addEventListener('abort', () => {
          reject(new Error('nothing is read there'));
        });
      }),
    close: () => Promise.resolve(),
  };
}

function shownLine({ log, line }: SinkRecord): string {
  return `{"audit":"${log}",${line.slice(1)}\n`;
}
