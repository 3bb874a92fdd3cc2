/** The worker threads of this process that fetch. Few, however many mirrors there are: each may hold a whole pack. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SyncRun } from './run-sync.js';
import type { SyncAnswer } from './sync-worker.js';

const maxWorkers = Math.max(2, Math.min(4, availableParallelism()));
const idleMs = 5_000;

interface Idle {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
}

const idle: Idle[] = [];
const waiting: (() => void)[] = [];
let busy = 0;

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

/** Resolves when one more may work. */
async function enter(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (busy < maxWorkers) {
    busy += 1;
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      waiting.splice(waiting.indexOf(proceed), 1);
      reject(reasonOf(signal));
    };
    const proceed = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    waiting.push(proceed);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Hands the place on, or gives it up. */
function leave(): void {
  const next = waiting.shift();
  if (next === undefined) busy -= 1;
  else next();
}

function take(): Worker {
  const kept = idle.pop();
  if (kept === undefined) return new Worker(new URL('./sync-worker.js', import.meta.url));
  clearTimeout(kept.timer);
  quiet(kept.worker);
  kept.worker.ref();
  return kept.worker;
}

/** By name: Node counts a worker's listeners with listeners of its own, which must stay. */
function quiet(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}

/** Keeps the thread for a while: starting one takes longer than a small fetch. It does not keep the process alive. */
function keep(worker: Worker): void {
  quiet(worker);
  worker.unref();
  const end = (): void => {
    clearTimeout(timer);
    const at = idle.indexOf(entry);
    if (at !== -1) idle.splice(at, 1);
    void worker.terminate();
  };
  const timer = setTimeout(end, idleMs);
  timer.unref();
  const entry: Idle = { worker, timer };
  idle.push(entry);
  // A promise that isomorphic-git left behind may yet reject.
  worker.once('error', end);
}

function answerFrom(worker: Worker, run: SyncRun, signal: AbortSignal): Promise<SyncAnswer> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(reasonOf(signal));
    };
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (answer: SyncAnswer) => {
      signal.removeEventListener('abort', stop);
      resolve(answer);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the worker thread ended without an answer'));
    });
    worker.postMessage(run);
  });
}

/** One fetch in a thread. Aborting ends the thread, and with it the request and what it had buffered. */
export async function syncInWorker(run: SyncRun, signal: AbortSignal): Promise<SyncAnswer> {
  await enter(signal);
  const worker = take();
  try {
    const answer = await answerFrom(worker, run, signal);
    keep(worker);
    return answer;
  } catch (error) {
    quiet(worker);
    await worker.terminate();
    throw error;
  } finally {
    leave();
  }
}
