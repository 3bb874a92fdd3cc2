import { isConfigServerError } from '../core/errors.js';
import type { CairnEvent } from '../core/events.js';
import { codeOf } from '../files/kept-file.js';

type FailedEvent = Extract<CairnEvent, { type: 'audit-failed' }>;

/** What is told of a sink that fails: never what a library says, which may hold an address with a password. */
export function failedEvent(sink: string, error: unknown): FailedEvent {
  return { type: 'audit-failed', sink, message: messageOf(error), diagnostics: {} };
}

function messageOf(error: unknown): string {
  if (isConfigServerError(error)) return error.message;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  return /^[A-Z0-9_]{2,40}$/.test(code) ? `records cannot be kept: ${code}` : 'records cannot be kept';
}
