import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** A script of this folder in a process of its own, asked by messages. */
export interface Worker {
  ask<Result>(message: unknown): Promise<Result>;
  close(): Promise<void>;
}

export function startWorker(script: string): Worker {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)));
  return {
    ask: async <Result>(message: unknown) => {
      child.send(message as object);
      const [answer] = (await once(child, 'message')) as [{ result?: Result; error?: string }];
      if (answer.result === undefined) throw new Error(answer.error ?? 'no result');
      return answer.result;
    },
    close: () => stop(child),
  };
}

/** Our server as its users start it. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url));
const deadline = 60_000;

/** Starts `cairn serve` on a free port and waits until it listens. */
export async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const port = await listeningPort(child);
  return { port, pid: child.pid ?? 0, startedAt, close: () => stop(child) };
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string): void => {
      reject(new Error(`the server ${why}:\n${output.slice(-2_000)}`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`did not listen within ${deadline / 1_000} s`);
    }, deadline);
    const read = (chunk: Buffer): void => {
      if (output.length > 100_000) return;
      output += chunk.toString();
      const port = /(?:listening|serving)\D.*?127\.0\.0\.1:(\d+)/is.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${String(code)}`);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

/** Resident memory of a process in MB, now and at its highest; undefined where the system does not say. */
export async function residentMegabytes(pid: number): Promise<{ now: number; peak: number } | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  const now = kilobytes('VmRSS') / 1_024;
  return Number.isNaN(now) ? undefined : { now, peak: kilobytes('VmHWM') / 1_024 };
}
