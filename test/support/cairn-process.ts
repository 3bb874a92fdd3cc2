import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { startProgram } from './program-process.js';

/** Our server as its users start it: a process of its own, listening on a free port of loopback. */
export interface CairnProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  /** Ends it by SIGTERM, by SIGKILL where that does not do. */
  close(): Promise<void>;
}

const stopDeadline = 30_000;

/** Starts `cairn serve` and waits until it listens. */
export async function startCairnProcess(args: readonly string[]): Promise<CairnProcess> {
  const startedAt = performance.now();
  const program = startProgram(['serve', '--port', '0', ...args], { env: { NODE_ENV: 'production' } });
  const url = await program.url;
  return {
    url,
    port: Number(new URL(url).port),
    pid: program.pid,
    startedAt,
    close: async () => {
      program.signal('SIGTERM');
      const timer = setTimeout(() => {
        program.signal('SIGKILL');
      }, stopDeadline);
      await program.ended;
      clearTimeout(timer);
    },
  };
}

/** Ends a child of this process and waits for its end. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadline);
  await ended;
  clearTimeout(timer);
}
