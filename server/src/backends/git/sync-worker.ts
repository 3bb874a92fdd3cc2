/** Entry of a worker thread that fetches into mirrors, one at a time; sync-pool.ts starts and ends it. */
import { parentPort } from 'node:worker_threads';
import { isConfigServerError } from '../../core/errors.js';
import type { ErrorCode } from '../../core/errors.js';
import type { Refs } from './engine.js';
import { createRedactor } from './redact.js';
import { runSync } from './run-sync.js';
import type { SyncRun } from './run-sync.js';

export type SyncAnswer =
  | { readonly refs: Refs }
  | {
      readonly code: ErrorCode | null;
      readonly message: string;
      readonly diagnostics: Readonly<Record<string, unknown>>;
    };

function answerOf(error: unknown, { options }: SyncRun): SyncAnswer {
  if (isConfigServerError(error)) return { code: error.code, message: error.message, diagnostics: error.diagnostics };
  const redact = createRedactor(options.credentials, options.proxy?.http, options.proxy?.https);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: null, message: '', diagnostics: { cause: redact(text).slice(0, 300) } };
}

async function handle(run: SyncRun): Promise<void> {
  const answer = await runSync(run).then(
    (refs): SyncAnswer => ({ refs }),
    (error: unknown) => answerOf(error, run),
  );
  parentPort?.postMessage(answer);
}

parentPort?.on('message', (run: SyncRun) => void handle(run));
