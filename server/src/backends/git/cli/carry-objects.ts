/** Copies what refs gone from the remote need out of the generation before, by a pack from one git to another. */
import { spawn } from 'node:child_process';
import type { Refs } from '../engine.js';
import type { Environment } from './environment.js';
import type { GitProgram } from './git-program.js';
import { endGroup, runGit } from './run-git.js';

export interface CarryOptions {
  readonly program: GitProgram;
  readonly environment: Environment;
  readonly from: string;
  readonly to: string;
  readonly refs: Refs;
  readonly signal: AbortSignal;
}

/** @throws Error where the old repository lacks something, or the new one could not be written */
export async function carryObjects({ program, environment, from, to, refs, signal }: CarryOptions): Promise<void> {
  const packing = spawn(
    program.path,
    [`--git-dir=${from}`, 'pack-objects', '--revs', '--stdout', '--quiet', '--delta-base-offset'],
    { env: environment, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const stop = (): void => {
    endGroup(packing);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const closed = new Promise<number | null>((resolve, reject) => {
      packing.once('error', reject);
      packing.once('close', resolve);
    });
    packing.stdin.on('error', () => undefined);
    packing.stdin.end([...refs.values()].map(({ target }) => `${target}\n`).join(''));
    const args = [`--git-dir=${to}`, 'index-pack', '--stdin'];
    const indexing = runGit({ program, args, environment, signal, from: packing.stdout });
    const [packed, indexed] = await Promise.all([closed, indexing]);
    if (packed !== 0 || indexed.code !== 0) throw new Error('what the remote no longer has could not be copied');
  } finally {
    signal.removeEventListener('abort', stop);
    if (packing.exitCode === null && packing.signalCode === null) stop();
  }
}
