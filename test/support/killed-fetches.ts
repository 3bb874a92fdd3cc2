import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '#server/backends/git/engine-choice.js';
import { eventually } from './eventually.js';
import type { TestRepository } from './git-repository.js';
import type { TestGitServer } from './git-server.js';

const program = fileURLToPath(new URL('mirror-process.js', import.meta.url));

export interface MirrorProcess {
  readonly url: string;
  readonly dataDirectory: string;
  readonly engine: EngineName;
}

/** A process that mirrors and then stays. */
export function startMirror({ url, dataDirectory, engine }: MirrorProcess): ChildProcess {
  return spawn(process.execPath, [program, url, dataDirectory, engine], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The line it says when it has started, or has been refused. */
export async function said(child: ChildProcess): Promise<unknown> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return JSON.parse(line.toString());
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

export interface KilledFetches extends MirrorProcess {
  readonly repository: TestRepository;
  readonly server: TestGitServer;
  readonly rounds: number;
}

/**
 * Round for round: a push, a process that fetches it slowly, and SIGKILL at a random moment of that. The file `a.yml` tells
 * the round. Returns how many of the processes were being sent a pack, or had just been, when they were killed.
 */
export async function killInMidFetch(killed: KilledFetches): Promise<number> {
  const { repository, server, rounds } = killed;
  let fetching = 0;
  server.mode = 'slow';
  for (let round = 1; round <= rounds; round += 1) {
    await repository.commit({ files: { 'a.yml': `round: ${round}\n`, 'b.bin': randomBytes(20_000) } });
    const [seen, packs] = [server.requests.length, server.packs];
    const child = startMirror(killed);
    // Every other one not before it is being sent the pack.
    const hasBegun = (): boolean => (round % 2 === 0 ? server.packs > packs : server.requests.length > seen);
    await eventually(() => hasBegun() || undefined);
    await pause(Math.random() * 400);
    await kill(child);
    if (server.packs > packs) fetching += 1;
  }
  server.mode = 'normal';
  return fetching;
}
