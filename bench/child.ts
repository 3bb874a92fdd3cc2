import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { endProcess } from '#support/cairn-process.js';

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
    close: () => endProcess(child),
  };
}

/** Resident memory of a process in MB, now and at its highest; undefined where the system does not say. */
export async function residentMegabytes(pid: number): Promise<{ now: number; peak: number } | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  const now = kilobytes('VmRSS') / 1_024;
  return Number.isNaN(now) ? undefined : { now, peak: kilobytes('VmHWM') / 1_024 };
}

/** Seconds of processor time that a process has used; undefined where the system does not say. */
export async function processorSeconds(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // What stands before the last parenthesis is the name, which may hold anything; the times come 11 and 12 fields after it.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? undefined : ticks / ticksPerSecond;
}

// What Linux tells programs, whatever its own clock has.
const ticksPerSecond = 100;
