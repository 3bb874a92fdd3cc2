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
