import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { AppContext, AppMiddleware } from '../context.js';
import { shownPath } from '../paths.js';
import { PROBLEM_TYPE, problemDocument } from '../problem.js';

export interface ProblemsOptions {
  readonly emit: Emit;
  readonly now: () => number;
}

/** Seconds after which a client may ask again for what is not there yet. */
const RETRY_SECONDS = 5;

/** Errors → problem documents. Nothing of a foreign error reaches the client. */
export function answerProblems(options: ProblemsOptions): AppMiddleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (ctx.res.destroyed) return;
      const known = isConfigServerError(error) ? error : foreign(error);
      if (known.status >= 500) report(ctx, known, options.emit);
      answer(ctx, known, options.now());
    }
  };
}

function foreign(cause: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_INTERNAL', 'An error that is not of this server.', { cause });
}

function report(ctx: AppContext, error: ConfigServerError, emit: Emit): void {
  emit({
    type: 'request-failed',
    method: ctx.method,
    path: shownPath(ctx.originalUrl),
    code: error.code,
    message: error.message,
    diagnostics: error.diagnostics,
    error: error.cause ?? error,
  });
}

function answer(ctx: AppContext, error: ConfigServerError, time: number): void {
  ctx.set('Cache-Control', 'no-store');
  const retryAfter = error.retryAfterSeconds ?? (error.status === 503 ? RETRY_SECONDS : null);
  if (retryAfter !== null) ctx.set('Retry-After', String(retryAfter));
  if (error.challenges.length > 0) ctx.append('WWW-Authenticate', [...error.challenges]);
  if (error.code === 'CONFIG_RESOURCE_NOT_FOUND') {
    ctx.body = null;
    ctx.status = error.status;
    ctx.length = 0;
    return;
  }
  ctx.status = error.status;
  ctx.set('Content-Type', PROBLEM_TYPE);
  ctx.body = problemDocument(error, { path: shownPath(ctx.originalUrl), time });
}
