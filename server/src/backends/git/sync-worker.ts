/** Entry of the worker thread in which a fetch runs; isomorphic-engine.ts starts one for each and ends it. */
import { parentPort, workerData } from 'node:worker_threads';
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

const run = workerData as SyncRun;

function answerOf(error: unknown): SyncAnswer {
  if (isConfigServerError(error)) return { code: error.code, message: error.message, diagnostics: error.diagnostics };
  const redact = createRedactor(run.options.credentials, run.options.proxy?.http, run.options.proxy?.https);
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: null, message: '', diagnostics: { cause: redact(text).slice(0, 300) } };
}

parentPort?.postMessage(
  await runSync(run).then(
    (refs): SyncAnswer => ({ refs }),
    (error: unknown) => answerOf(error),
  ),
);
