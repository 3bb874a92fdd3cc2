import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** Our server as its users start it: a process of its own. */
export interface CairnProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  /** What it has printed so far. */
  readonly output: string;
  /** Ends it by SIGTERM, by SIGKILL where that does not do. */
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../server/dist/cli.js', import.meta.url));
const startDeadline = 60_000;
const stopDeadline = 30_000;
const outputLimit = 200_000;

/** Starts `cairn serve` on a free port of loopback and waits until it says that it listens. */
export async function startCairnProcess(args: readonly string[]): Promise<CairnProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const printed = collectOutput(child);
  const port = await listeningPort(child, printed);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    startedAt,
    get output() {
      return printed.text;
    },
    close: () => endProcess(child),
  };
}

interface Printed {
  text: string;
}

function collectOutput(child: ChildProcess): Printed {
  const printed = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (printed.text.length < outputLimit) printed.text += chunk.toString();
    });
  }
  return printed;
}

const listening = /(?:listening|serving)[^\n]*?http:\/\/127\.0\.0\.1:(\d+)|"type":"server-started"[^\n]*?"port":(\d+)/i;

function listeningPort(child: ChildProcess, printed: Printed): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not listen within ${startDeadline / 1_000} s:\n${printed.text}`));
    }, startDeadline);
    const look = (): void => {
      const [, shown, logged] = listening.exec(printed.text) ?? [];
      const port = shown ?? logged;
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${String(code)}:\n${printed.text}`));
    });
  });
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
