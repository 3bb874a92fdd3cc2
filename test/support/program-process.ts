import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../server/dist/cli.js', import.meta.url));

/** The real program as a process of its own, whatever becomes of it. */
export interface ProgramProcess {
  readonly pid: number;
  /** Rejected where it ends before it listens. */
  readonly url: Promise<string>;
  /** What it has written so far, to stdout and stderr. */
  readonly output: () => string;
  /** Its exit status. */
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();

/** So that what it runs counts as covered. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, NODE_V8_COVERAGE } = process.env;
  return NODE_V8_COVERAGE === undefined ? { PATH } : { PATH, NODE_V8_COVERAGE };
}

/** Starts the program in an environment with nothing of ours but `env`. */
export function startProgram(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): ProgramProcess {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...inherited(), HOME: tmpdir(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const url = new Promise<string>((settle, fail) => {
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const listening = /listening on (http:[^"\s]+)/.exec(output)?.[1];
      if (listening !== undefined) settle(listening);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then((code) => {
      fail(new Error(`ended with ${String(code)}: ${output}`));
    });
  });
  url.catch(() => undefined);
  return { pid: child.pid ?? 0, url, output: () => output, ended, signal: (name) => child.kill(name) };
}

/** Ends what a failed test has left running. */
export async function endPrograms(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }),
  );
}
