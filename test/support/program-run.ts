import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';

import { runProgram } from '#server/cli/program.js';

/** The program within this process: what it wrote, and the signals that it hears. */
export interface ProgramRun {
  readonly status: Promise<number>;
  readonly signals: EventEmitter;
  readonly exits: number[];
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** `stdin` null: a terminal. */
export function runCairn(
  args: readonly string[],
  environment: Record<string, string> = {},
  stdin: string | null = '',
): ProgramRun {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exits: number[] = [];
  const signals = new EventEmitter();
  const status = runProgram(args, {
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    stdin: Object.assign(Readable.from([stdin ?? '']), { isTTY: stdin === null }),
    environment,
    signals,
    exit: (code) => void exits.push(code),
  });
  return { status, signals, exits, stdout: () => stdout.join(''), stderr: () => stderr.join('') };
}
