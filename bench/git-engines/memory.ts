import { readFile } from 'node:fs/promises';

const everyMs = 50;

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const own = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
  const below = await Promise.all((await childrenOf(pid)).map(residentOf));
  return below.reduce((sum, one) => sum + one, own);
}

/** Watches how much memory a process and all it has started hold together, in MB; 0 where the system does not say. */
export function watchMemory(pid: number): { readonly peak: () => number; readonly stop: () => void } {
  let peak = 0;
  const timer = setInterval(() => {
    residentOf(pid).then(
      (now) => {
        peak = Math.max(peak, now);
      },
      () => undefined,
    );
  }, everyMs);
  return {
    peak: () => peak,
    stop: () => {
      clearInterval(timer);
    },
  };
}
