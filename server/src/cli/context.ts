import type { EventEmitter } from 'node:events';

/** What of the process a command works with. */
export interface ProgramContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where signals and unhandled errors come from: `process`. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Ends the process at once. */
  readonly exit: (status: number) => void;
}

/** Such as `process.stdin`. */
export interface Input extends AsyncIterable<unknown> {
  readonly isTTY?: boolean;
  /** Of a terminal: whether it hands on each key and shows none. */
  readonly setRawMode?: (this: Input, isRaw: boolean) => unknown;
}

export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}
