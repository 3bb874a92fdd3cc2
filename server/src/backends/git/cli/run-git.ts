/** One run of the git program: arguments as they are, no shell, an end in any case, and bounded output. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Environment } from './environment.js';
import type { GitProgram } from './git-program.js';

export interface GitRun {
  readonly program: GitProgram;
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Written to its standard input. */
  readonly input?: string;
  /** In place of `input`: another program's output. */
  readonly from?: Readable;
  readonly maxOutputBytes?: number;
  /** Longest time without a sign of life, in milliseconds; until `isAtWork` says that it no longer waits for a remote. */
  readonly silenceMs?: number;
  readonly isAtWork?: (errorText: string) => boolean;
  /** Asked now and then; a text ends the run for this reason. */
  readonly watch?: () => Promise<string | undefined>;
}

export interface GitOutcome {
  /** `null` where it was ended by a signal. */
  readonly code: number | null;
  readonly output: Buffer;
  /** The last lines of its standard error. */
  readonly errorText: string;
  /** Why it was ended early: `silent`, `output` (too much of it), or what `watch` said. */
  readonly ended: string | undefined;
}

const keptErrorBytes = 8 * 1024;
const defaultOutputBytes = 1024 * 1024;
const graceMs = 2_000;
const watchMs = 500;

/** Ends `child` and all it has started: each run is a process group of its own. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
  if (signal === 'SIGKILL' || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => {
    endGroup(child, 'SIGKILL');
  }, graceMs);
  timer.unref();
  child.once('close', () => {
    clearTimeout(timer);
  });
}

function feed(child: ChildProcess, { input, from }: GitRun): void {
  // A program that ends early closes its input; its exit status tells why.
  child.stdin?.on('error', () => undefined);
  if (from !== undefined && child.stdin !== null) from.pipe(child.stdin);
  else child.stdin?.end(input ?? '');
}

/** Resolves when the program and all that hold its output have ended; rejects with the reason of `signal`. */
export async function runGit(run: GitRun): Promise<GitOutcome> {
  run.signal.throwIfAborted();
  const child = spawn(run.program.path, run.args, {
    env: run.environment,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stop = (): void => {
    endGroup(child);
  };
  run.signal.addEventListener('abort', stop, { once: true });
  try {
    feed(child, run);
    const outcome = await outcomeOf(child, run);
    run.signal.throwIfAborted();
    return outcome;
  } finally {
    run.signal.removeEventListener('abort', stop);
  }
}

function outcomeOf(child: ChildProcess, run: GitRun): Promise<GitOutcome> {
  const { maxOutputBytes = defaultOutputBytes, silenceMs, isAtWork = () => false } = run;
  const output: Buffer[] = [];
  let bytes = 0;
  let errorText = '';
  let ended: string | undefined;
  const end = (reason: string): void => {
    ended ??= reason;
    endGroup(child);
  };
  let silence = silenceMs === undefined ? undefined : setTimeout(end, silenceMs, 'silent');
  const watch = startWatch(run, end);
  child.stdout?.on('data', (chunk: Buffer) => {
    silence?.refresh();
    bytes += chunk.length;
    if (bytes > maxOutputBytes) end('output');
    else output.push(chunk);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString()).slice(-keptErrorBytes);
    silence?.refresh();
    if (!isAtWork(errorText)) return;
    clearTimeout(silence);
    silence = undefined;
  });
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(silence);
      clearInterval(watch);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code) => {
      settle();
      resolve({ code, output: Buffer.concat(output), errorText, ended });
    });
  });
}

function startWatch({ watch }: GitRun, end: (reason: string) => void): NodeJS.Timeout | undefined {
  if (watch === undefined) return undefined;
  const look = async (): Promise<void> => {
    const reason = await watch().catch(() => undefined);
    if (reason !== undefined) end(reason);
  };
  return setInterval(() => void look(), watchMs);
}
