import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const deadline = 30_000;

export interface ModuleRun {
  readonly code: number | null;
  readonly output: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends the program by SIGINT once its output matches. */
  readonly interruptAt?: RegExp;
  /** Called with the output so far whenever there is more. */
  readonly onOutput?: (output: string) => void;
}

/** Runs `source` as a module in the root of the workspace, where package names resolve as for its users. */
export function runSource(source: string, options: RunOptions = {}): Promise<ModuleRun> {
  return run(['--input-type=module', '--eval', source], options);
}

/** Runs a program of the workspace by its path from the root. */
export function runProgram(path: string, args: readonly string[], options: RunOptions = {}): Promise<ModuleRun> {
  return run([path, ...args], options);
}

async function run(args: readonly string[], { environment, interruptAt, onOutput }: RunOptions): Promise<ModuleRun> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadline,
    killSignal: 'SIGKILL',
  });
  let seen = '';
  let isInterrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      onOutput?.(seen);
      if (isInterrupted || interruptAt?.test(seen) !== true) return;
      isInterrupted = child.kill('SIGINT');
    });
  }
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code: await code, output: seen };
}
